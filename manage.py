#!/usr/bin/env python3
"""Run Django's commands: `./manage.py help` lists them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitsletter.settings")
    from django.core.management import execute_from_command_line

    from bitsletter import logs

    logs.write_down_what_ends_us()
    is_setup = sys.argv[1:2] == ["setup"]
    if is_setup or sys.stdout.isatty():
        # A terminal may lack a letter of ours; what is written to a file is to be whole.
        sys.stdout.reconfigure(errors="replace")
    if is_setup:  # it begins where there are no settings yet
        from issues.management.commands.setup import Command

        Command().run_from_argv(sys.argv)
    else:
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
