#!/usr/bin/env python3
"""Run Django's commands: `./manage.py help` lists them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitsletter.settings")
    from django.core.management import execute_from_command_line

    from bitsletter import logs

    logs.write_down_what_ends_us()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
