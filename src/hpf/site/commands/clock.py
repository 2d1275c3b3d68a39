"""`hpf clock`: what time it is in this world, and, in the demo, moving it forward run by run."""

import sys
from argparse import ArgumentParser, Namespace
from datetime import datetime

HELP = "show the clock, or move the demo's forward"


def arguments(parser: ArgumentParser) -> None:
    """`move "2026-11-21 07:00"`, or nothing to show it."""
    parser.add_argument("action", nargs="?", choices=["show", "move"], default="show")
    parser.add_argument("moment", nargs="?", type=datetime.fromisoformat, help='"2026-11-21 07:00", Shanghai time')


def run(options: Namespace) -> int:
    """Show or move."""
    from django.conf import settings  # noqa: PLC0415 - needs Django

    from hpf.access.clock import ClockRefused, clock  # noqa: PLC0415 - needs Django
    from hpf.kernel.clock import TZ  # noqa: PLC0415
    from hpf.site.schedule import NobodyWorks, move_clock  # noqa: PLC0415

    if options.action == "move":
        if not settings.DEMO:
            print("this is not a demo world: the clock shows real time", file=sys.stderr)
            return 2
        if options.moment is None:
            print('the moment is missing: hpf clock move "2026-11-21 07:00"', file=sys.stderr)
            return 2
        try:
            for due in move_clock(options.moment.replace(tzinfo=TZ)):
                print(f"{due.at:%Y-%m-%d %H:%M}  {due.centre}  {due.run.title}", flush=True)
        except (ClockRefused, NobodyWorks) as error:
            print(error, file=sys.stderr)
            return 1
    print(f"{clock.now():%Y-%m-%d %H:%M:%S}")
    return 0
