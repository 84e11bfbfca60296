"""Addresses in templates."""

from django import template

from subscribers.addresses import shown

register = template.Library()
register.filter("shown", shown)
