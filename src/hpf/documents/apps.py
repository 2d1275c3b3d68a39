"""Django's registration of this package."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Tables of `hpf.documents` are named `documents_…`."""

    name = "hpf.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"
