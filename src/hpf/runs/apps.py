"""Django's registration of this package."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """Tables of `hpf.runs` are named `runs_…`."""

    name = "hpf.runs"
    label = "runs"
    default_auto_field = "django.db.models.BigAutoField"
