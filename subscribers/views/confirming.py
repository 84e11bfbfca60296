"""Confirming an address: the page of the link shows, its button acts."""

from django.http import Http404


def confirm(request, token):
    raise Http404


def change(request, token):
    raise Http404
