"""How gunicorn serves the site; the environment's PORT and WEB_WORKERS may change it.

It imports nothing of ours: the master would hand it to all later workers, which are to find the
code as it is when they begin.
"""

import os
import shutil
import tempfile

from dotenv import dotenv_values
from gunicorn.glogging import Logger
from pythonjsonlogger.json import JsonFormatter

given = dotenv_values(os.environ.get("ENV_FILE", ".env")) | os.environ

bind = f"127.0.0.1:{given.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(given.get("WEB_WORKERS", "2"))
threads = 4
# Now and then a worker starts anew, not all at once, so that a slow leak never adds up. Rarely,
# since it keeps pages and begins with none.
max_requests = 200_000
max_requests_jitter = 20_000
# Two servers of one user would share the path of the control socket.
control_socket_disable = True


class logger_class(Logger):  # noqa: N801  gunicorn looks for this name
    """Writes what the master says as `bitsletter.logs` writes what its workers say."""

    def setup(self, cfg):
        super().setup(cfg)
        if given.get("LOG_FORMAT", "json").lower() == "json":
            names = {"levelname": "level", "name": "logger", "exc_info": "traceback"}
            fields = ["levelname", "name", "message", "process"]
            lines = JsonFormatter(fields, timestamp="time", rename_fields=names)
            for handler in self.error_log.handlers:
                handler.setFormatter(lines)


def on_starting(server):
    """Let the processes count what they answer in one folder, where somebody asks for it."""
    if given.get("METRICS_TOKEN"):
        folder = tempfile.mkdtemp(prefix="bitsletter-metrics-")
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = server.metrics_folder = folder


def on_exit(server):
    if given.get("METRICS_TOKEN"):
        shutil.rmtree(server.metrics_folder, ignore_errors=True)
