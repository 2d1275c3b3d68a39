"""The sandbox's own application."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """Tables of the simulated cashier and bank."""

    name = "sandbox"
    default_auto_field = "django.db.models.BigAutoField"
