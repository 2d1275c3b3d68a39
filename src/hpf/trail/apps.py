"""Django's registration of this package."""

from django.apps import AppConfig


class TrailConfig(AppConfig):
    """Tables of `hpf.trail` are named `trail_…`."""

    name = "hpf.trail"
    label = "trail"
    default_auto_field = "django.db.models.BigAutoField"
