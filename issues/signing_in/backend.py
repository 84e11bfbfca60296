"""Accounts as a session finds them: Django's own, with their device in the same question."""

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.db.models import OuterRef, Subquery
from django_otp.plugins.otp_totp.models import TOTPDevice


class Backend(ModelBackend):
    def get_user(self, user_id):
        """Give the account, with the key of its device as `device_pk`."""
        devices = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        users = get_user_model().objects.annotate(device_pk=Subquery(devices.values("pk")[:1]))
        user = users.filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
