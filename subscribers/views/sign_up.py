"""Joining: the form that stands on every public page, and what answers it."""

from django.http import Http404


def subscribe(request):
    raise Http404


def stamp(request):
    raise Http404


def privacy(request):
    raise Http404
