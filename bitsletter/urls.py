from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/desk/", include("issues.desk")),
    path("admin/", admin.site.urls),
    path("", include("issues.urls")),
]
