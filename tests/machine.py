"""The programs that tests need beside Python: found, or installed where that is possible."""

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

SECONDS_TO_START = 30


class MissingProgram(Exception):
    """A program is not here and could not be installed; the message says which and why."""


def browser() -> str:
    """Give the path of a Chromium: the system's, Debian's, or else Playwright's own."""
    found = first_of(CHROMIUM_NAMES)
    if found is None and can_apt():
        apt_install("chromium")
        found = first_of(CHROMIUM_NAMES)
    return found or playwright_browser()


def first_of(names: tuple[str, ...]) -> str | None:
    return next(filter(None, map(shutil.which, names)), None)


def playwright_browser() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    if not Path(path).exists():
        install = [sys.executable, "-m", "playwright", "install", "chromium"]
        quietly(install, "Chromium is not here, and Playwright could not install its own.")
    return path


@contextmanager
def postgres(*settings: str) -> Iterator[str]:
    """Run a PostgreSQL cluster of its own in a temporary folder; give its DATABASE_URL.

    `settings` are of PostgreSQL, such as "autovacuum=off".

    As root it runs as Debian's user `postgres`, because PostgreSQL refuses to run as root.
    """
    programs = postgres_programs()
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="bitsletter-pg-") as folder:
        if prefix:
            shutil.chown(folder, "postgres")
        secret, port = secrets.token_hex(16), free_port()
        password = Path(folder, "password")
        password.write_text(secret)
        password.chmod(0o644)  # the folder itself is closed to others
        data = f"{folder}/data"
        initdb = ["--username=test", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"]
        why = "PostgreSQL could not be started."
        quietly(
            [*prefix, f"{programs}/initdb", "-D", data, f"--pwfile={password}", "-N", *initdb], why
        )
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder}"
        # What a fall of the machine would lose is thrown away anyway.
        options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        options += " -c max_connections=200"  # a hundred people save at once in one test
        options += "".join(f" -c {one}" for one in settings)
        control = [*prefix, f"{programs}/pg_ctl", "-D", data, "-w", "-l", f"{folder}/log"]
        quietly([*control, "-o", options, "start"], why)
        try:
            yield f"postgres://test:{secret}@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], capture_output=True, check=False)


def postgres_programs() -> str:
    """Give the folder of PostgreSQL's server programs, the newest version first."""
    found = postgres_folder()
    if found is None and can_apt():
        apt_install("postgresql")
        found = postgres_folder()
    if found is None:
        raise MissingProgram("PostgreSQL's initdb is not here (Debian's package is `postgresql`).")
    return found


def postgres_folder() -> str | None:
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    on_path = shutil.which("initdb")
    return str(versions[-1].parent) if versions else on_path and str(Path(on_path).parent)


@contextmanager
def redis() -> Iterator[str]:
    """Run a Redis of its own in a temporary folder, which keeps nothing; give its CACHE_URL."""
    program, port = redis_program(), free_port()
    with tempfile.TemporaryDirectory(prefix="bitsletter-redis-") as folder:
        options = {"port": str(port), "bind": "127.0.0.1", "dir": folder, "save": ""}
        command = [
            program,
            *(part for key, value in options.items() for part in (f"--{key}", value)),
        ]
        with Path(folder, "log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_for_port(port, process, "Redis could not be started.")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait()


@contextmanager
def mail_sink() -> Iterator[int]:
    """Run Postfix's smtp-sink, which takes any mail and throws it away; give its port."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="bitsletter-sink-") as folder:
        why = "smtp-sink is not here (it is in Debian's package `postfix`)."
        Path(folder).chmod(0o755)
        quietly(
            ["sh", "-c", f"cd {folder} && apt-get download -qq postfix && dpkg -x *.deb ."], why
        )
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        libraries = os.environ | {"LD_LIBRARY_PATH": f"{folder}/usr/lib/postfix"}
        command = [f"{folder}/usr/sbin/smtp-sink", *user, f"127.0.0.1:{port}", "128"]
        process = subprocess.Popen(command, env=libraries)
        try:
            wait_for_port(port, process, "smtp-sink could not be started.")
            yield port
        finally:
            process.terminate()
            process.wait()


def redis_program() -> str:
    """Give the path of Redis's server."""
    if shutil.which("redis-server") is None and can_apt():
        apt_install("redis-server")
    found = shutil.which("redis-server")
    if found is None:
        raise MissingProgram("redis-server is not here (Debian's package is `redis-server`).")
    return found


def wait_for_port(port: int, process: subprocess.Popen, why: str) -> None:
    """Wait until a program listens; raise MissingProgram with `why` if it has ended instead."""
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise MissingProgram(why)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def can_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


@cache
def apt_update() -> None:
    quietly(["apt-get", "update", "-qq"], "Debian's package lists could not be read.")


def apt_install(package: str) -> None:
    print(f"Installing Debian's {package} …", flush=True)
    apt_update()
    quietly(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package],
        f"Debian's {package} could not be installed.",
    )


def quietly(command: list[str], why: str) -> None:
    """Run a command; raise MissingProgram with `why` and its last words if it fails."""
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).splitlines()
        last = next((line.strip() for line in reversed(lines) if re.search(r"\w", line)), "")
        raise MissingProgram(f"{why} {last}")
