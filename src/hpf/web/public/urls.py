"""Addresses of a centre's public verification; the QR code of a document leads to the last one."""

from django.urls import URLPattern, path

from hpf.web.public import verify

urlpatterns: list[URLPattern] = [
    path("", verify.page, name="verify"),
    path("file", verify.file, name="verify-file"),
    path("<str:typed>", verify.by_code, name="verify-code"),
]
"""All of them without login, session and cookie."""
