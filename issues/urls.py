from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from issues import (
    converters,  # noqa: F401  it gives the parts of addresses their names
    feeds,
    images,
    media,
    page_cache,
    robots,
    searching,
    share_image_views,
    sitemaps,
    suggesting,
    tag_pages,
    views,
)
from issues.freshness import public_issue_version

app_name = "issues"
# What depends on the address and the archive alone, and is kept until the archive changes.
pages = [
    path("", views.Home.as_view(), name="home"),
    path("issues/", views.IssueList.as_view(), name="list"),
    path("issues/<number:number>/", views.IssueDetail.as_view(), name="detail"),
    path("issues/<number:number>/<slug:slug>/", views.SectionDetail.as_view(), name="section"),
    path("tags/", tag_pages.TagList.as_view(), name="tags"),
    path("tags/<tag:slug>/", tag_pages.TagShelf.as_view(), name="tag"),
    path("tags/<tag:slug>/all/", tag_pages.TagEverything.as_view(), name="tag_everything"),
    path("types/<slug:slug>/", views.TypeDetail.as_view(), name="type"),
    path("search/", searching.Search.as_view(), name="search"),
    path("feed.<format:extension>", feeds.SiteFeed.as_view(), name="feed"),
    path("types/<slug:slug>/feed.<format:extension>", feeds.TypeFeed.as_view(), name="type_feed"),
    path("tags/<tag:slug>/feed.<format:extension>", feeds.TagFeed.as_view(), name="tag_feed"),
    path("search/feed.<format:extension>", feeds.SearchFeed.as_view(), name="search_feed"),
    path("search/suggest/", suggesting.suggest, name="suggest"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-lists.xml", sitemaps.lists, name="sitemap_lists"),
    path("sitemap-<slug:kind>-<number:part>.xml", sitemaps.part, name="sitemap_part"),
    path("robots.txt", robots.robots, name="robots"),
]
others = [
    path("issues/latest/", views.latest, name="latest"),
    path("share.png", share_image_views.site, name="share_image"),
    path("issues/<number:number>/share.png", share_image_views.issue, name="issue_share_image"),
    path(
        "issues/<number:number>/<slug:slug>/share.png",
        share_image_views.section,
        name="section_share_image",
    ),
    path("share/<str:token>/", views.shared, name="shared"),
    re_path(rf"^media/(?P<name>{images.NAME})$", media.media, name="media"),
]
# Where a change elsewhere in the archive need not let the page be made anew.
OWN_VERSIONS = {"detail": public_issue_version}
for page in pages:
    page.callback = page_cache.keep(page.callback, OWN_VERSIONS.get(page.name))

urlpatterns = [*pages, *others]

# Readers only read: whatever is sent here is refused as 405, before anybody asks for a token.
for page in urlpatterns:
    page.callback = csrf_exempt(require_safe(page.callback))
