"""`hpf migrate`: bring the shared schema and every centre's to this version, as the owner."""

import sys
from argparse import ArgumentParser, Namespace

HELP = "create or update all tables"
OWNER = True


def arguments(parser: ArgumentParser) -> None:
    """Centres to have: what the demo and the tests start with."""
    parser.add_argument("--centre", action="append", default=[], metavar="CODE=NAME", help="add this centre too")


def run(options: Namespace) -> int:
    """Migrate everything; 1 where what a centre has amended does not go with the policy packs of this version."""
    from hpf.site.schemas import add_centre, migrate_all  # noqa: PLC0415 - needs Django

    migrate_all()
    for centre in options.centre:
        add_centre(*centre.split("=", 1))
    return check_policy()


def check_policy() -> int:
    """1 where a centre's amendments do not go with the packs, which is printed."""
    from hpf.access.tenancy import centres, in_centre  # noqa: PLC0415 - needs Django
    from hpf.policy.leaves import PolicyError  # noqa: PLC0415
    from hpf.policy.readers import current_rules  # noqa: PLC0415

    problems = 0
    for centre in centres():
        with in_centre(centre.code):
            try:
                current_rules("hpf migrate")
            except PolicyError as error:
                problems += 1
                print(error, file=sys.stderr)
    return int(bool(problems))
