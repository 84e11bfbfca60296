"""Who may call the views of the desk."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache


def staff_with(*permissions: str):
    """Let only staff with one of the permissions in; scripts get a 403, not a sign-in page."""

    def decorate(view):
        @wraps(view)
        @never_cache
        def checked(request: HttpRequest) -> HttpResponse:
            user = request.user
            if not (user.is_active and user.is_staff and any(map(user.has_perm, permissions))):
                raise PermissionDenied
            return view(request)

        return checked

    return decorate


writers = staff_with("issues.add_section", "issues.change_section")
