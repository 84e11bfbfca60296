from functools import cached_property

from django.urls import path
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer

from issues import converters  # noqa: F401  it gives the parts of addresses their names
from issues.api import endpoints, errors
from issues.api.docs import ReadablePage
from issues.page_cache import keep


class Renderer(JSONRenderer):
    json_dumps_params = {"ensure_ascii": False}


class ArchiveAPI(NinjaAPI):
    @cached_property
    def document(self) -> OpenAPISchema:
        return super().get_openapi_schema()

    def get_openapi_schema(self, **options) -> OpenAPISchema:
        """Give the document, which takes long to write and is always the same."""
        return self.document


api = ArchiveAPI(
    title="The archive as JSON",
    version="1",
    description=(
        "Everything that readers see, for programs. It only reads, needs no key and may be asked "
        "from any site. Moments are in UTC. Lists come in pages: follow “next” until it is null. "
        "What cannot be answered says why in “detail”; parameters that are not named here are "
        "refused too, utm_source and its like among them."
    ),
    docs=ReadablePage(),
    renderer=Renderer(),
    default_router=endpoints.router,
    urls_namespace="api",
)
errors.register(api)

pages, *names = api.urls
for page in pages:
    page.callback = keep(page.callback)

urlpatterns = [path("v1/", (pages, *names))]
