"""`hpf migrate`: bring the shared schema and every centre's to this version, as the owner."""

from argparse import ArgumentParser, Namespace

HELP = "create or update all tables"
OWNER = True


def arguments(parser: ArgumentParser) -> None:
    """None."""


def run(options: Namespace) -> int:
    """Migrate everything."""
    from hpf.site.schemas import migrate_all  # noqa: PLC0415 - needs Django

    migrate_all()
    return 0
