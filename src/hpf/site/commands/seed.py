"""`hpf seed`: make the demo's cities and set their clock, when there is none yet."""

import sys
from argparse import ArgumentParser, Namespace

HELP = "make the demo's city and set its clock"


def arguments(parser: ArgumentParser) -> None:
    """None."""


def run(options: Namespace) -> int:
    """Make them, all or nothing; a city that exists is left alone."""
    from django.conf import settings  # noqa: PLC0415 - needs Django
    from django.db import transaction  # noqa: PLC0415

    from hpf.access.clock import DemoClock  # noqa: PLC0415
    from hpf.site import seed  # noqa: PLC0415

    if not settings.DEMO:
        print("this is not a demo world: nothing is invented here", file=sys.stderr)
        return 2
    with transaction.atomic():
        if seed.is_empty():
            DemoClock().begin(seed.FIRST_MOMENT)
        seed.seed_demo()
    return 0
