"""Addresses inside a centre; the centre's code is already taken off the path."""

from django.urls import URLPattern, URLResolver, include, path

from hpf.site.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/", include("hpf.web.desk.urls")),
    path("verify/", include("hpf.web.public.urls")),
    path("api/v1/", include("hpf.api.urls")),
    path("", include("hpf.web.hall.urls")),
]
