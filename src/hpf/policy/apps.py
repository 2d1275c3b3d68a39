"""Django's registration of this package."""

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    """Tables of `hpf.policy` are named `policy_…`."""

    name = "hpf.policy"
    label = "policy"
    default_auto_field = "django.db.models.BigAutoField"
