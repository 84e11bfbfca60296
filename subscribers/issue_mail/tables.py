"""Tables in text: columns where they fit, else a few lines for each row."""

from subscribers.plain import columns, wrap

GAP = 2  # columns between columns

Rows = list[list[str]]


def written(rows: Rows, width: int) -> str:
    """Write a table whose first row is its head, at most `width` columns wide if it can be."""
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + GAP * (len(widths) - 1) <= width:
        return side_by_side(rows, widths)
    return one_below_the_other(rows, width)


def side_by_side(rows: Rows, widths: list[int]) -> str:
    head, *body = (line(row, widths) for row in rows)
    rule = line(["-" * width for width in widths], widths)
    return "\n".join([head, rule, *body])


def line(cells: list[str], widths: list[int]) -> str:
    padded = (
        cell + " " * (width - columns(cell)) for cell, width in zip(cells, widths, strict=True)
    )
    return (" " * GAP).join(padded).rstrip()


def one_below_the_other(rows: Rows, width: int) -> str:
    """Write each row as lines that say, behind the head of their column, what is in it."""
    head, *body = rows
    if not body:
        return "\n".join(lines(head, width))
    named = [
        [f"{name}: {cell}" if name else cell for name, cell in zip(head, row, strict=True) if cell]
        for row in body
    ]
    return "\n\n".join("\n".join(lines(row, width)) for row in named if row)


def lines(cells: list[str], width: int) -> list[str]:
    return [part for cell in cells if cell for part in wrap(cell, width)]
