"""What the scripts of single fields ask for: previews, uploads and tag suggestions."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from issues import images, markdown
from issues.desk.access import staff_with, writers
from issues.models import Tag
from issues.models.source import sizes_in

MAX_SUGGESTIONS = 12


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
