"""Accounts and roles: Django's own screens, which leave a trace in the audit log."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils.translation import gettext as _

from issues import audit
from issues.admin.devices import SecondStep
from issues.audit import Act

# What is told of a change: how it is now. Of all else only that it has changed.
TOLD = ("is_active", "is_staff", "is_superuser", "groups")


class Noted:
    """For a screen: notes what is made, changed and deleted by it."""

    made: Act
    changed: Act
    deleted: Act

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if not change:
            audit.note(request.user, self.made, form.instance)
        elif form.has_changed():
            audit.note(request.user, self.changed, form.instance, in_words(form))

    def delete_model(self, request, obj):
        with transaction.atomic():
            audit.note(request.user, self.deleted, obj)
            super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        with transaction.atomic():
            for obj in queryset:
                audit.note(request.user, self.deleted, obj)
            super().delete_queryset(request, queryset)


class AccountAdmin(Noted, SecondStep, UserAdmin):
    made, changed, deleted = Act.ACCOUNT_MADE, Act.ACCOUNT_CHANGED, Act.ACCOUNT_DELETED
    # Facts: who saves the form would cut off their seconds without knowing.
    readonly_fields = ["last_login", "date_joined"]

    def user_change_password(self, request, id, form_url=""):
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            # Done, it leads to the account; else it shows the form, or leads to it once more.
            if response.status_code == 302 and response.url != request.get_full_path():
                audit.note(request.user, Act.PASSWORD_SET, self.get_object(request, unquote(id)))
            return response


class RoleAdmin(Noted, GroupAdmin):
    made, changed, deleted = Act.ROLE_MADE, Act.ROLE_CHANGED, Act.ROLE_DELETED


def in_words(form) -> str:
    """Name the fields that were changed, and how they are now where that is what counts."""
    names = [name for name in form.changed_data if name in form.fields]
    return "; ".join(told(form, name) for name in names)


def told(form, name: str) -> str:
    label, value = str(form.fields[name].label or name), form.cleaned_data.get(name)
    if name not in TOLD:
        return label
    if isinstance(value, bool):
        return f"{label}: {_('yes') if value else _('no')}"
    return f"{label}: {', '.join(map(str, value)) or _('none')}"


for model, screen in ((User, AccountAdmin), (Group, RoleAdmin)):
    admin.site.unregister(model)
    admin.site.register(model, screen)
