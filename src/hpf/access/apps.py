"""Django's registration of this package."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Tables of `hpf.access` are named `access_…`."""

    name = "hpf.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"
