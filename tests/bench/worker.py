"""What the system knows of a running worker; Linux alone says so."""

import os
from pathlib import Path

from tests.web_process import Server

TICKS = os.sysconf("SC_CLK_TCK")  # a second


def worker(server: Server) -> int:
    """Give the process of gunicorn's one worker."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return int(children[0])


def computed(pid: int) -> float:
    """Give the seconds for which a process has computed so far, the system's part included."""
    # The name of the program stands in brackets, and may hold anything.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(pid: int) -> float:
    """Give the megabytes of memory that a process has now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))
