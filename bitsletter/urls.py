from django.contrib import admin
from django.urls import include, path

from bitsletter import health

handler500 = "bitsletter.failure.server_error"

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("admin/desk/", include("issues.desk.urls")),
    path("admin/subscribers/", include("subscribers.admin.urls")),
    path("admin/", admin.site.urls),
    path("mail/", include("subscribers.bounces.urls")),
    path("api/", include("issues.api.urls")),
    path("", include("subscribers.urls")),
    path("", include("issues.urls")),
]
