"""How gunicorn serves the site; BIND, PORT and WEB_WORKERS may change it.

New code is taken by HUP to the master (`systemctl reload`): the port stays open, those who come
while the new workers start wait in its queue, and who is being answered is answered to the end. So
nothing of ours may be loaded before the fork, nor imported here: the master would hand it to all
later workers. What only a restart takes, such as another gunicorn or environment, loses nobody
either where systemd holds the port (`bitsletter-web.socket`).
"""

import os
import shutil
import tempfile
from importlib.util import module_from_spec, spec_from_file_location
from logging import Formatter
from pathlib import Path

from dotenv import dotenv_values
from gunicorn.glogging import Logger
from pythonjsonlogger.json import JsonFormatter

given = dotenv_values(os.environ.get("ENV_FILE", ".env")) | os.environ

# Whoever reaches it says how a reader came (see PROXIES): a proxy alone should.
bind = f"{given.get('BIND', '127.0.0.1')}:{given.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(given.get("WEB_WORKERS", "2"))
if workers < 1:
    raise ValueError(f"WEB_WORKERS must be 1 or more, else nobody answers; it is {workers}.")
threads = 4
# New code would come with a new master only: measured in tests/test_reloading.py.
preload_app = False
# Those who wait while workers start: some seconds of hundreds a second.
backlog = 2048
# Seconds for answers under way when a worker ends; a unit's TimeoutStopSec must be longer.
graceful_timeout = 30
# Seconds that a connection is kept. A worker that ends answers what still comes on one within two
# seconds, and says that it closes it; a proxy keeps its own for less, or asks again.
keepalive = 5
# Now and then a worker starts anew, not all at once, so that a slow leak never adds up. Rarely,
# since it keeps pages and begins with none.
max_requests = 200_000
max_requests_jitter = 20_000
# Two servers of one user would share the path of the control socket.
control_socket_disable = True


def blotting():
    """Give `bitsletter.blotting` as the file is now, and under no name.

    The workers load their own: what they found here would be that of an old release.
    """
    spec = spec_from_file_location("blotting", Path(__file__).with_name("blotting.py"))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class logger_class(Logger):  # noqa: N801  gunicorn looks for this name
    """Writes what the master says as `bitsletter.logs` writes what its workers say.

    Workers too, until they have read the settings: such as why these cannot be read.
    """

    def setup(self, cfg):
        super().setup(cfg)
        lines = JSONLines if given.get("LOG_FORMAT", "json").lower() == "json" else PlainLines
        for handler in self.error_log.handlers:
            handler.setFormatter(lines())


class JSONLines(JsonFormatter):
    def __init__(self):
        names = {"levelname": "level", "name": "logger", "exc_info": "traceback"}
        fields = ["levelname", "name", "message", "process"]
        super().__init__(fields, timestamp="time", rename_fields=names)
        self.blotted = blotting().blotted

    def process_log_record(self, log_data):
        at = log_data.pop("time").isoformat(timespec="milliseconds")
        return {"time": at} | self.blotted(log_data)


class PlainLines(Formatter):
    def __init__(self):
        super().__init__("{levelname} {name} {message}", style="{")
        self.blot = blotting().blot

    def format(self, record):
        return self.blot(super().format(record))


def on_starting(server):
    """Let the processes count what they answer in one folder, where somebody asks for it."""
    if given.get("METRICS_TOKEN"):
        folder = tempfile.mkdtemp(prefix="bitsletter-metrics-")
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = server.metrics_folder = folder


def on_exit(server):
    if given.get("METRICS_TOKEN"):
        shutil.rmtree(server.metrics_folder, ignore_errors=True)
