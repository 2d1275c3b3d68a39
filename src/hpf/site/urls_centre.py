"""Addresses inside a centre; the centre's code is already taken off the path."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
