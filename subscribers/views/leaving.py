"""Leaving: by one click of a mail program (RFC 8058), or by the button of a page."""

from django.http import Http404


def unsubscribe(request, token):
    raise Http404


def come_back(request, token):
    raise Http404


def give_reason(request, token):
    raise Http404
