"""How what happens is written down: for programs as JSON, a line each, or plainly for a person.

Both bear the number of the request, and neither holds an address of a reader or the secret of a
link, whatever stands in a message, in what belongs to it, or in a traceback.
"""

import copy
import logging
import logging.config
import sys
import threading
import traceback

from django.core.exceptions import ImproperlyConfigured
from environs import Env
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from bitsletter.blotting import blot, blotted
from bitsletter.request_log import request_id, route_of

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
PLAIN, JSON = "plain", "json"


def read_logs(env: Env, debug: bool) -> dict:
    """Give Django's description of the logs."""
    form = env.str("LOG_FORMAT", PLAIN if debug else JSON).lower()
    if form not in (PLAIN, JSON):
        raise ImproperlyConfigured(f"LOG_FORMAT must be plain or json; it is {form!r}.")
    level = env.str("LOG_LEVEL", "INFO").upper()
    if level not in LEVELS:
        raise ImproperlyConfigured(
            f"LOG_LEVEL must be one of {', '.join(LEVELS)}; it is {level!r}."
        )
    return description(form, level)


def description(form: str, level: str) -> dict:
    to_console = {"handlers": ["console"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"failures": {"()": lambda: is_failure}},
        "formatters": {PLAIN: {"()": PlainLines}, JSON: {"()": JSONLines}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own ways, such as mail to ADMINS, need somebody who reads them.
            "django": {"handlers": [], "level": "NOTSET", "propagate": True},
            # What was answered is told by `bitsletter.request_log`; here is what went wrong.
            "django.request": {"level": "ERROR", "filters": ["failures"]},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "django.template": {"level": "INFO"},  # each variable that is not there is a traceback
            "django.server": {**to_console, "level": "ERROR"},
            "gunicorn.error": to_console,
        },
    }


def is_failure(record: logging.LogRecord) -> bool:
    """Leave out each 503: whoever answers one has said why, and a warning is enough."""
    return getattr(record, "status_code", None) != 503


def configure(config: dict) -> None:
    """Do what Django asks of LOGGING_CONFIG, and write down Python's warnings as well."""
    logging.config.dictConfig(config)
    logging.captureWarnings(True)


def write_down_what_ends_us() -> None:
    """Let what nobody catches, in a command or in a thread of it, go where all else goes."""
    sys.excepthook = lambda *found: tell_of_end(found)
    # That of a thread has the same three parts, and the thread.
    threading.excepthook = lambda found: tell_of_end(found[:3])


def tell_of_end(found: tuple) -> None:
    if issubclass(found[0], KeyboardInterrupt):
        sys.__excepthook__(*found)
    elif logging.getLogger().handlers:
        logging.getLogger("bitsletter").critical("Nobody has caught this.", exc_info=found)
    else:  # such as a setting that cannot be read, and with it how to write
        sys.stderr.write(blot("".join(traceback.format_exception(*found))))


def prepared(record: logging.LogRecord) -> logging.LogRecord:
    """Give a copy of a record that names its request by number and route, not by path."""
    record = copy.copy(record)
    request = record.__dict__.pop("request", None)
    # Django says some things when all of ours have ended.
    record.request_id = request_id.get() or getattr(request, "number", "")
    path = getattr(request, "path", None)  # runserver gives a socket
    if path and isinstance(record.args, tuple):
        paths = {path, path.encode("unicode_escape").decode("ascii")}  # as Django writes it
        record.args = tuple(route_of(request) if one in paths else one for one in record.args)
    return record


class PlainLines(logging.Formatter):
    """For people: they want to see at once what is wrong."""

    def __init__(self):
        super().__init__("{levelname} {name}{number} {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        record = prepared(record)
        record.number = f" [{record.request_id}]" if record.request_id else ""
        record.exc_text = None  # another way of writing may have kept it there
        return blot(super().format(record))


class JSONLines(JsonFormatter):
    """For programs: each record is one line, and each fact has a name.

    All of it is ASCII: whatever strangers have written moves no cursor of who reads it raw.
    """

    NAMES = {"levelname": "level", "name": "logger", "exc_info": "traceback"}

    def __init__(self):
        super().__init__(
            ["levelname", "name", "message", "process", "threadName"],
            timestamp="time",
            rename_fields={**self.NAMES, "threadName": "thread"},
            reserved_attrs=[*RESERVED_ATTRS, "server_time"],
        )

    def format(self, record: logging.LogRecord) -> str:
        record = prepared(record)
        record.exc_text = None
        if not record.request_id:
            del record.request_id
        return super().format(record)

    def process_log_record(self, log_data: dict) -> dict:
        at = log_data.pop("time").isoformat(timespec="milliseconds")
        is_clean = log_data.pop("is_clean", False)
        return {"time": at} | (log_data if is_clean else blotted(log_data))
