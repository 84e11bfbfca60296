"""What the scripts of single fields ask for: previews, uploads and tags."""

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from issues import images, markdown, pictures, references, tagging
from issues.desk.access import staff_with, writers
from issues.models.source import sizes_in
from issues.models.tag import split_names

MAX_NAMES = 100


@writers
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Render the Markdown in `content` as a page would show it."""
    source = request.POST.get("content", "")
    try:
        html = markdown.render(source, "preview", sizes_in(source)).html
        return HttpResponse(pictures.resolve_html(references.resolve_html(html)))
    except markdown.UnreadableMarkdown as error:
        return HttpResponseBadRequest(str(error), content_type="text/plain; charset=utf-8")


@staff_with("issues.add_asset")
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Store the picture in the field `image` and tell how a text names it."""
    if "image" not in request.FILES:
        return JsonResponse({"error": _("Send a picture in the field “image”.")}, status=400)
    try:
        asset = images.store(request.FILES["image"])
    except images.InvalidImage as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse({"url": asset.path, "alt": asset.alt})


@writers
@require_GET
def tags(request: HttpRequest) -> HttpResponse:
    """Suggest tags that begin with `q`, with the number of their sections."""
    return JsonResponse({"tags": tagging.suggest(request.GET.get("q", ""))})


@writers
@require_GET
def check_tags(request: HttpRequest) -> HttpResponse:
    """Say of each of `names`, separated by commas, whether it is known or like one that is."""
    names = split_names(request.GET.get("names", ""))
    if len(names) > MAX_NAMES:
        reason = _("Ask for at most %d tags at once.") % MAX_NAMES
        return HttpResponseBadRequest(reason, content_type="text/plain; charset=utf-8")
    return JsonResponse({"tags": tagging.check(names)})
