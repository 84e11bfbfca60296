"""Choosing: sections, pauses, another address, one's own data, and being forgotten."""

from django.http import Http404


def preferences(request, token):
    raise Http404


def download(request, token):
    raise Http404


def erase(request, token):
    raise Http404
