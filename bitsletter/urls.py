from django.conf import settings
from django.contrib import admin
from django.urls import include, path

handler500 = "bitsletter.faults.went_wrong"

# /healthz and /readyz are answered before anybody looks here: see `bitsletter.health`.
urlpatterns = [
    path("admin/desk/", include("issues.desk.urls")),
    path("admin/subscribers/", include("subscribers.admin.urls")),
    path("admin/", admin.site.urls),
    path("mail/", include("subscribers.bounces.urls")),
    path("api/", include("issues.api.urls")),
    path("", include("subscribers.urls")),
    path("", include("issues.urls")),
]

if settings.METRICS_TOKEN:
    from bitsletter import metrics

    urlpatterns.insert(0, path("metrics", metrics.metrics, name="metrics"))
