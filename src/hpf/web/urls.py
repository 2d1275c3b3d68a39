"""Addresses of this package that belong to no centre: the style page, in the demo only."""

from django.conf import settings
from django.urls import URLPattern, path

from hpf.web import kit

urlpatterns: list[URLPattern] = (
    [path("kit/", kit.show, name="kit"), path("kit/<str:page>", kit.show, name="kit-page")] if settings.DEMO else []
)
