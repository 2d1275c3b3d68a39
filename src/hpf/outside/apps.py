"""Registers the room with Django."""

from django.apps import AppConfig


class OutsideConfig(AppConfig):
    """Lives in every centre's own schema: where messages are pushed to, and what became of each."""

    name = "hpf.outside"
    label = "outside"
    default_auto_field = "django.db.models.BigAutoField"
