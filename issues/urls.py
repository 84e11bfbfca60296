from django.urls import path, re_path

from issues import (
    converters,  # noqa: F401  they are known by being imported
    views,
)

app_name = "issues"
urlpatterns = [
    path("", views.Home.as_view(), name="home"),
    path("issues/", views.IssueList.as_view(), name="list"),
    path("issues/latest/", views.latest, name="latest"),
    path("issues/<number:number>/", views.IssueDetail.as_view(), name="detail"),
    path("issues/<number:number>/<slug:slug>/", views.SectionDetail.as_view(), name="section"),
    path("tags/", views.TagList.as_view(), name="tags"),
    path("tags/<tag:slug>/", views.TagDetail.as_view(), name="tag"),
    path("types/<slug:slug>/", views.TypeDetail.as_view(), name="type"),
    path("search/", views.Search.as_view(), name="search"),
    path("share/<str:token>/", views.shared, name="shared"),
    re_path(r"^media/(?P<name>a/[\w-]+\.(?:avif|gif|jpg|png|webp))$", views.media, name="media"),
]
