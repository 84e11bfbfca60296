"""Which errors are of the surroundings, and how each kind of client is told."""

import errno
import sqlite3

import botocore.exceptions
import psycopg
import pytest
import redis.exceptions
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)

from bitsletter.faults import is_deadlock, is_fault

pytestmark = pytest.mark.once


def of_sqlite(kind, code: int) -> DatabaseError:
    cause = sqlite3.OperationalError("words that may change")
    cause.sqlite_errorcode = code
    return caused(kind, cause)


def caused(kind, cause: Exception) -> DatabaseError:
    error = kind(str(cause))
    error.__cause__ = cause
    return error


def of_storage(status: int) -> Exception:
    answer = {"Error": {"Code": "x"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return botocore.exceptions.ClientError(answer, "PutObject")


@pytest.mark.parametrize(
    "error",
    [
        of_sqlite(OperationalError, sqlite3.SQLITE_BUSY),
        of_sqlite(OperationalError, 517),  # SQLITE_BUSY_SNAPSHOT
        of_sqlite(OperationalError, sqlite3.SQLITE_READONLY),
        of_sqlite(OperationalError, sqlite3.SQLITE_FULL),
        of_sqlite(OperationalError, 778),  # SQLITE_IOERR_WRITE
        of_sqlite(OperationalError, sqlite3.SQLITE_CANTOPEN),
        caused(OperationalError, psycopg.OperationalError("connection refused")),
        caused(OperationalError, psycopg.errors.AdminShutdown()),
        caused(OperationalError, psycopg.errors.DiskFull()),
        caused(OperationalError, psycopg.errors.LockNotAvailable()),
        caused(InternalError, psycopg.errors.ReadOnlySqlTransaction()),
        caused(InterfaceError, psycopg.InterfaceError("the connection is closed")),
        OSError(errno.ENOSPC, "No space left on device"),
        PermissionError(errno.EACCES, "Permission denied"),
        OSError(errno.EROFS, "Read-only file system"),
        redis.exceptions.ConnectionError(),
        redis.exceptions.TimeoutError(),
        botocore.exceptions.EndpointConnectionError(endpoint_url="http://storage"),
        of_storage(503),
        of_storage(403),
    ],
    ids=repr,
)
def test_a_fault(error):
    assert is_fault(error)


@pytest.mark.parametrize(
    "error",
    [
        of_sqlite(OperationalError, sqlite3.SQLITE_ERROR),  # no such table
        of_sqlite(OperationalError, sqlite3.SQLITE_TOOBIG),
        caused(OperationalError, psycopg.errors.StatementTooComplex()),
        caused(IntegrityError, psycopg.errors.UniqueViolation()),
        caused(DatabaseError, psycopg.errors.UndefinedTable()),
        # Found by psycopg itself, before it asked anybody.
        caused(DataError, psycopg.DataError("text fields cannot contain NUL (0x00) bytes")),
        caused(ProgrammingError, psycopg.ProgrammingError("the query has 2 placeholders but 1")),
        IntegrityError("no cause"),
        FileNotFoundError(errno.ENOENT, "No such file or directory"),
        redis.exceptions.ResponseError(),
        of_storage(400),
        KeyError("x"),
    ],
    ids=repr,
)
def test_no_fault(error):
    assert not is_fault(error)


def test_only_who_lost_a_deadlock_tries_again_at_once():
    assert is_deadlock(caused(OperationalError, psycopg.errors.DeadlockDetected()))
    assert not is_deadlock(of_sqlite(OperationalError, sqlite3.SQLITE_BUSY))
