"""Who may do what on the screens of issues: `issues.roles` answers, issue by issue."""

from issues import roles


class IssuePermission:
    """For the screens of issues, and for the rows in their form: `obj` is an issue in both."""

    def has_view_permission(self, request, obj=None):
        allowed = super().has_view_permission(request, obj)
        return allowed and (obj is None or roles.may_see(request.user, obj))

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or roles.may_edit(request.user, obj))

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or roles.may_edit(request.user, obj))


class IssueRowPermission(IssuePermission):
    """For the rows alone: who may not change an issue adds nothing to it."""

    def has_add_permission(self, request, obj):
        allowed = super().has_add_permission(request, obj)
        return allowed and (obj is None or roles.may_edit(request.user, obj))
