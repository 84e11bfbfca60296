"""Lists that are read and narrowed; what is done with their rows has buttons of its own."""

from django.contrib import admin

from issues.admin.base import ListAdmin


class ReadOnlyAdmin(ListAdmin):
    """Shows rows, and lets nobody add, change or delete one by Django's own forms."""

    actions = None
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def lookup_allowed(self, lookup, value, request=None):
        return lookup in {one.parameter_name for one in self.list_filter}

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
