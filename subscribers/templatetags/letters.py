"""What the templates of letters are written with."""

from django import template

from bitsletter.site import absolute_url
from subscribers import plain

register = template.Library()
register.filter("underlined", plain.underline)
register.filter("indented", plain.indent)
register.filter("absolute", absolute_url)
