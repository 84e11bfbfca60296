"""The application that gunicorn serves."""

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitsletter.settings")

application = get_wsgi_application()

from bitsletter import commits, patience, still  # noqa: E402  they ask for the settings
from issues import images  # noqa: E402

CLEARED_AFTER = 25  # seconds; before that, what was left might still be under way

patience.begin()
# SQLite needs files beside the database even to read it. From now on they are there, and stay so
# when the disk is full.
commits.mark()
still.begin()
# A worker that was killed has a successor, which removes what was left: also where nobody runs
# `manage.py worker` on this machine.
clearing = threading.Timer(CLEARED_AFTER, images.clear_unfinished)
clearing.daemon = True
clearing.start()
