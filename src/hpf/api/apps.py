"""Django's registration of this package."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Tables of `hpf.api` are named `api_…`."""

    name = "hpf.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"
