"""Django's registration of this package."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Tables of `hpf.site` are named `house_…`."""

    name = "hpf.site"
    label = "house"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Install the catalogues, have them checked before the first request, and hand the cashier to the runs."""
        from django.core.checks import register  # noqa: PLC0415 - applications are not ready when this file is read

        from hpf.engine.checks import check_catalogues  # noqa: PLC0415
        from hpf.outside import payments  # noqa: PLC0415
        from hpf.runs import order_expiry  # noqa: PLC0415
        from hpf.site.catalogue import install_catalogues  # noqa: PLC0415

        install_catalogues()
        register(check_catalogues)
        order_expiry.install(payments)
