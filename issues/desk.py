"""What the editors' scripts ask for: previews, uploads and tag suggestions; staff only."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from issues import images, markdown
from issues.models import Tag
from issues.models.source import sizes_in

MAX_SUGGESTIONS = 12


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


@writers
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Render the Markdown in `content` as a page would show it."""
    source = request.POST.get("content", "")
    try:
        return HttpResponse(markdown.render(source, "preview", sizes_in(source)).html)
    except markdown.UnreadableMarkdown as error:
        return HttpResponseBadRequest(str(error), content_type="text/plain; charset=utf-8")


@staff_with("issues.add_asset")
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Store the picture in the field `image` and tell its address."""
    if "image" not in request.FILES:
        return JsonResponse({"error": _("Send a picture in the field “image”.")}, status=400)
    try:
        asset = images.store(request.FILES["image"])
    except images.InvalidImage as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse({"url": asset.file.url, "alt": asset.alt})


@writers
@require_GET
def tags(request: HttpRequest) -> HttpResponse:
    """Suggest the most used tags that begin with `q`."""
    start = request.GET.get("q", "").replace("\x00", "").strip()
    found = Tag.objects.filter(name__istartswith=start).annotate(count=Count("section_items"))
    names = found.order_by("-count", "name").values_list("name", flat=True)
    return JsonResponse({"tags": list(names[:MAX_SUGGESTIONS])})


urlpatterns = [
    path("preview/", preview),
    path("upload/", upload),
    path("tags/", tags),
]
