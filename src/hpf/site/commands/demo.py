"""`hpf demo`: the whole house with a simulated world around it."""

import os
import sys
from argparse import ArgumentParser, Namespace

from hpf.site.demo_city import roster_command

HELP = "run the demo until Ctrl-C; `hpf demo roster` writes a workbook to try"
BARE = True


def arguments(parser: ArgumentParser) -> None:
    """The ports, when the usual ones are taken; or `roster`."""
    actions = parser.add_subparsers(dest="action", metavar="[roster]")
    roster_command.arguments(actions.add_parser("roster", help=roster_command.HELP, description=roster_command.HELP))
    parser.add_argument("--port", type=int, default=int(os.environ.get("HPF_PORT", "8000")))
    parser.add_argument("--sandbox-port", type=int, default=int(os.environ.get("HPF_SANDBOX_PORT", "8001")))


def run(options: Namespace) -> int:
    """Run it."""
    if options.action == "roster":
        return roster_command.run(options)
    from hpf.site.demo import Demo, DemoRefused  # noqa: PLC0415 - read when called
    from hpf.site.settings import VAR  # noqa: PLC0415

    try:
        Demo(VAR, options.port, options.sandbox_port).run()
    except DemoRefused as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0
