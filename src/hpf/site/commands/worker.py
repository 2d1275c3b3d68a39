"""`hpf worker`: carries out queued jobs."""

from argparse import ArgumentParser, Namespace

HELP = "carry out queued jobs until stopped"


def arguments(parser: ArgumentParser) -> None:
    """How many at once, and whether to stop when none is left."""
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--until-empty", action="store_true")


def run(options: Namespace) -> int:
    """Work."""
    from hpf.site.jobs import work  # noqa: PLC0415 - needs Django

    work(options.concurrency, until_empty=options.until_empty)
    return 0
