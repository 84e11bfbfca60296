"""The project: settings, URLs and the way they are wired; no models."""

from bitsletter.sqlite import use_current_sqlite

# Before anything imports Django's SQLite backend, hence here.
use_current_sqlite()
