"""Cells that a spreadsheet would run: a mark before them keeps them text.

https://owasp.org/www-community/attacks/CSV_Injection names the characters; the wide ones are the
same to a spreadsheet in Japanese.
"""

import re

# Marks that stand there already get one more, so that taking one away gives what was there.
FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")


def escaped(cell: str) -> str:
    return f"'{cell}" if FORMULA.match(cell) else cell


def unescaped(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
