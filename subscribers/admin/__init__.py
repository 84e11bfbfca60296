"""The screens of subscribers."""

from django.contrib import admin

from subscribers.admin.exchange import ExchangeUrls
from subscribers.models import Subscriber


@admin.register(Subscriber)
class SubscriberAdmin(ExchangeUrls, admin.ModelAdmin):
    list_display = ["email", "name", "state"]
