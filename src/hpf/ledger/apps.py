"""Django's registration of this package."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Tables of `hpf.ledger` are named `ledger_…`."""

    name = "hpf.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
