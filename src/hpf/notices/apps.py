"""Django's registration of this package."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Tables of `hpf.notices` are named `notices_…`."""

    name = "hpf.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"
