"""Django's registration of this package."""

from django.apps import AppConfig


class EngineConfig(AppConfig):
    """Tables of `hpf.engine` are named `engine_…`."""

    name = "hpf.engine"
    label = "engine"
    default_auto_field = "django.db.models.BigAutoField"
