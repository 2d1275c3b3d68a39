"""Django's registration of this package."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Tables of `hpf.documents` are named `documents_…`."""

    name = "hpf.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers what `check --deploy` says of the seal."""
        from django.core.checks import register  # noqa: PLC0415 - applications are not ready when this file is read

        from hpf.documents.signing import check_seal  # noqa: PLC0415

        register(check_seal, deploy=True)
