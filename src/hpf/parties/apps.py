"""Registers the room with Django."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """Lives in every centre's own schema."""

    name = "hpf.parties"
    label = "parties"
    default_auto_field = "django.db.models.BigAutoField"
