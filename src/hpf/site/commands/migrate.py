"""`hpf migrate`: bring the shared schema and every centre's to this version, as the owner."""

from argparse import ArgumentParser, Namespace

HELP = "create or update all tables"
OWNER = True


def arguments(parser: ArgumentParser) -> None:
    """Centres to have: what the demo and the tests start with."""
    parser.add_argument("--centre", action="append", default=[], metavar="CODE=NAME", help="add this centre too")


def run(options: Namespace) -> int:
    """Migrate everything."""
    from hpf.site.schemas import add_centre, migrate_all  # noqa: PLC0415 - needs Django

    migrate_all()
    for centre in options.centre:
        add_centre(*centre.split("=", 1))
    return 0
