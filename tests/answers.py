"""What two answers have in common."""

from django.http import HttpResponse

from bitsletter.request_log import HEADER


def headers_of(response: HttpResponse) -> dict[str, str]:
    """Give its headers but the number of its request, which is another each time."""
    return {name: value for name, value in response.headers.items() if name != HEADER}
