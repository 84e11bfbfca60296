from django.urls import path

from subscribers.bounces.webhooks import webhook

urlpatterns = [
    path("<slug:provider>/tracking/", webhook, name="webhook"),
]
