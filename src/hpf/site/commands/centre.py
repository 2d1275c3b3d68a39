"""`hpf centre add CODE NAME`: a new centre with its own schema."""

from argparse import ArgumentParser, Namespace

HELP = "add a centre, or list them"
OWNER = True


def arguments(parser: ArgumentParser) -> None:
    """`add CODE NAME` or `list`."""
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add")
    add.add_argument("code", help="schema and path prefix: hangzhou")
    add.add_argument("name", help="full Chinese name")
    actions.add_parser("list")


def run(options: Namespace) -> int:
    """Add (again is harmless) or list."""
    from hpf.access.tenancy import centres  # noqa: PLC0415 - needs Django
    from hpf.site.schemas import add_centre  # noqa: PLC0415

    if options.action == "add":
        add_centre(options.code, options.name)
    for centre in centres():
        print(f"{centre.code}\t{centre.name}")
    return 0
