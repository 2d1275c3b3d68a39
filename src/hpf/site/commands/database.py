"""`hpf database`: the embedded database: start, stop, its addresses, psql."""

import os
from argparse import ArgumentParser, Namespace

from hpf.site import embedded

HELP = "start, stop or address the embedded database"
BARE = True


def arguments(parser: ArgumentParser) -> None:
    """The action, and the role for `url` and `psql`."""
    parser.add_argument("action", choices=["start", "stop", "url", "psql"])
    parser.add_argument("--role", choices=[embedded.APP, embedded.OWNER], default=embedded.APP)


def run(options: Namespace) -> int:
    """Do it."""
    from hpf.site.settings import VAR  # noqa: PLC0415 - the settings make a secret key where there is none

    cluster = embedded.Cluster.under(VAR)
    if options.action == "stop":
        cluster.stop()
        return 0
    cluster.ensure()
    if options.action == "psql":
        psql = embedded.binaries() / "psql"
        os.execv(psql, [str(psql), cluster.conninfo(options.role)])
    print(cluster.url(options.role))
    return 0
