"""The application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from bitsletter import patience

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitsletter.settings")

application = get_wsgi_application()
patience.begin()
