"""Django's registration of this package."""

from django.apps import AppConfig


class DuesConfig(AppConfig):
    """Tables of `hpf.dues` are named `dues_…`."""

    name = "hpf.dues"
    label = "dues"
    default_auto_field = "django.db.models.BigAutoField"
