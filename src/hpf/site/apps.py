"""Django's registration of this package."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Tables of `hpf.site` are named `house_…`."""

    name = "hpf.site"
    label = "house"
    default_auto_field = "django.db.models.BigAutoField"
