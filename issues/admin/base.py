"""What the screens of the desk have in common."""

from django.contrib import admin
from django.db import transaction
from markdownx.models import MarkdownxField

from issues import search
from issues.forms import MarkdownWidget
from issues.models import FormerAddress, Section
from issues.models.former_address import addresses

OVERRIDES = {MarkdownxField: {"widget": MarkdownWidget}}


class PublicAdmin(admin.ModelAdmin):
    """Keeps search index and former addresses in step with what editors save."""

    formfield_overrides = OVERRIDES

    def sections(self, obj):
        """Give the sections whose words an object changes."""
        raise NotImplementedError

    def addressed(self, pk: int) -> list:
        """Give what has other addresses when the object of this key has, as it is stored."""
        return list(self.model.objects.filter(pk=pk))

    def save_model(self, request, obj, form, change):
        form.addresses_before = addresses(self.addressed(obj.pk)) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        # After the tags are stored, which happens later than saving the object itself.
        super().save_related(request, form, formsets, change)
        after = addresses(self.addressed(form.instance.pk))
        FormerAddress.objects.keep(form.addresses_before, after)
        search.index(self.sections(form.instance))

    def delete_model(self, request, obj):
        gone = [section.pk for section in self.sections(obj)]
        super().delete_model(request, obj)
        self.after_delete(gone)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        gone = [section.pk for obj in queryset for section in self.sections(obj)]
        super().delete_queryset(request, queryset)
        self.after_delete(gone)

    def after_delete(self, pks: list[int]):
        """Drop the sections that are gone from the index, and index anew those that remain."""
        search.remove(pks)
        search.index(Section.objects.filter(pk__in=pks))
