"""What a reader sees when something of ours has gone wrong."""

from django.http import HttpRequest, HttpResponseServerError
from django.template import loader
from django.views.decorators.csrf import requires_csrf_token

from bitsletter.request_log import request_id


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponseServerError:
    """Say so, with the number under which the log tells more."""
    page = loader.get_template("500.html")
    return HttpResponseServerError(page.render({"request_id": request_id.get()}))
