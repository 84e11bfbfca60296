"""What the screens of the desk have in common."""

import json
from contextlib import contextmanager

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, transaction
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from markdownx.models import MarkdownxField

from issues import history, search
from issues.draft import whole
from issues.forms import MarkdownWidget
from issues.models import FormerAddress, Issue, Section
from issues.models.former_address import public_addresses
from issues.tagging import lock_issues

OVERRIDES = {MarkdownxField: {"widget": MarkdownWidget}}


class ListAdmin(admin.ModelAdmin):
    """Answers what cannot be, a filter or a chosen row, as Django answers others: with the list."""

    def get_changelist_instance(self, request):
        try:
            return super().get_changelist_instance(request)
        except (ValueError, OverflowError, DataError) as error:  # no calendar has such a year
            raise IncorrectLookupParameters(error) from error

    def response_action(self, request, queryset):
        if all(map(whole, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            return super().response_action(request, queryset)
        self.message_user(request, _("Choose rows of this list."), messages.ERROR)
        return None


class PublicAdmin(ListAdmin):
    """Keeps search index and former addresses in step with what editors save."""

    formfield_overrides = OVERRIDES

    def sections(self, obj):
        """Give the sections whose words an object changes."""
        raise NotImplementedError

    def addressed(self, pk: int) -> list:
        """Give what has other addresses when the object of this key has, as it is stored."""
        return list(self.model.objects.filter(pk=pk))

    def save_model(self, request, obj, form, change):
        if change:
            lock_issues(section.pk for section in self.sections(obj))
        form.addresses_before = public_addresses(self.addressed(obj.pk)) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        # After the tags are stored, which happens later than saving the object itself.
        super().save_related(request, form, formsets, change)
        now = self.addressed(form.instance.pk)
        FormerAddress.objects.keep(form.addresses_before, now)
        search.index(self.sections(form.instance))

    def delete_model(self, request, obj):
        with search.deleting(section.pk for section in self.sections(obj)):
            super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        gone = [section.pk for obj in queryset for section in self.sections(obj)]
        with search.deleting(gone):
            super().delete_queryset(request, queryset)


class RecordedAdmin(PublicAdmin):
    """Keeps the history of what editors save, too."""

    history_page: str  # name of its address

    def get_object(self, request, object_id, from_field=None):
        """Refuse what is there and not for these eyes; Django says that it may be deleted."""
        found = super().get_object(request, object_id, from_field)
        if found is None and is_there(self.model, object_id):
            raise PermissionDenied
        return found

    def recorded(self, obj) -> list:
        """Give what is recorded when `obj` changes, as it is stored."""
        return [obj]

    def save_model(self, request, obj, form, change):
        form.recorded_before = self.recorded(obj) if change else []
        history.catch_up(*form.recorded_before)
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        self.settle(form)
        message = self.construct_change_message(request, form, formsets, add=not change)
        rows = [*form.recorded_before, *self.recorded(form.instance)]
        history.record(*rows, user=request.user, comment=json.dumps(message))

    def settle(self, form):
        """Bring in step what the change moves elsewhere; it is recorded with the change."""

    def settle_deleted(self, gone: list):
        """Bring in step what a deletion moves elsewhere; it is recorded with it."""

    def delete_model(self, request, obj):
        with self.recording_deletion(request, [obj]):
            super().delete_model(request, obj)
            self.settle_deleted([obj])

    def delete_queryset(self, request, queryset):
        gone = list(queryset)
        with self.recording_deletion(request, gone):
            super().delete_queryset(request, queryset)
            self.settle_deleted(gone)

    @contextmanager
    def recording_deletion(self, request, gone: list):
        """Record what is deleted as it was, and what it is deleted from without it."""
        titles = ", ".join(f"“{obj}”" for obj in gone)
        rows = [row for obj in gone for row in self.recorded(obj)]
        with transaction.atomic():
            Issue.objects.filter(pk__in=[row.pk for row in rows if isinstance(row, Issue)]).lock()
            history.catch_up(*rows)
            yield
            rest = [row for row in rows if row not in gone]
            history.record(*rest, user=request.user, comment=_("Deleted %s") % titles)

    def history_view(self, request, object_id, extra_context=None):
        """Lead whoever may see the object to the history that we keep of it."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        return redirect(self.history_page, obj.pk)


def is_there(model, key: str) -> bool:
    try:
        return model.objects.filter(pk=model._meta.pk.to_python(key)).exists()
    except ValidationError:
        return False


def address_on_site(section: Section) -> str | None:
    """Give the section's page; before there is one, its place in the editors' own view."""
    if section.issue is None:
        return None
    if section.issue.is_published:
        return section.get_absolute_url()
    return f"{reverse('admin:issues_issue_preview', args=[section.issue_id])}#{section.slug}"
