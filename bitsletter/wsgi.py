"""The application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitsletter.settings")

application = get_wsgi_application()

from bitsletter import commits, patience, still  # noqa: E402  they ask for the settings

patience.begin()
# SQLite needs files beside the database even to read it. From now on they are there, and stay so
# when the disk is full.
commits.mark()
still.begin()
