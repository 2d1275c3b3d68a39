"""`hpf seed`: make the demo's city and set its clock, when there is none yet."""

from argparse import ArgumentParser, Namespace

HELP = "make the demo's city and set its clock"


def arguments(parser: ArgumentParser) -> None:
    """None."""


def run(options: Namespace) -> int:
    """Make it; a city that exists is left alone."""
    from hpf.site.seed import seed_demo  # noqa: PLC0415 - needs Django

    seed_demo()
    return 0
