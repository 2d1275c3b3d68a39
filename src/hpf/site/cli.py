"""The command `hpf`: each module of `hpf.site.commands` is one subcommand, imported only when it is called.

A command module has `HELP` (one line), `arguments(parser)` and `run(options) -> int`; `OWNER = True` when it works as
the owner of the tables, `BARE = True` when it wants neither the database nor Django.
"""

import argparse
import importlib
import os
import pkgutil
import sys
from types import ModuleType

from hpf.site import commands, embedded
from hpf.site.places import WORLD


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; returns its exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    modules = {name: name.replace("_", "-") for _, name, _ in pkgutil.iter_modules(commands.__path__)}
    parser = argparse.ArgumentParser(prog="hpf")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    called = next((word for word in words if not word.startswith("-")), "")
    loaded: dict[str, ModuleType] = {}
    for name, word in modules.items():
        if called in ("", word):
            loaded[word] = importlib.import_module(f"hpf.site.commands.{name}")
            child = subparsers.add_parser(word, help=loaded[word].HELP, description=loaded[word].HELP)
            loaded[word].arguments(child)
        else:
            subparsers.add_parser(word)
    options = parser.parse_args(words)
    command = loaded[options.command]
    if not getattr(command, "BARE", False):
        setup(owner=getattr(command, "OWNER", False))
    try:
        return int(command.run(options))
    except embedded.CannotStart as error:
        print(error, file=sys.stderr)
        return 2


def setup(*, owner: bool = False) -> None:
    """Start the embedded database unless DATABASE_URL names another, and Django with the role asked for."""
    import django  # noqa: PLC0415 - only when a command needs it

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hpf.site.settings")
    if WORLD.exists():  # in the data directory of a demo every command is one of the demo's; tests are not
        os.environ.setdefault("HPF_DEMO", "1")
    if owner:
        os.environ["HPF_DB_ROLE"] = "owner"
    from hpf.site import settings  # noqa: PLC0415 - read after the role is known

    if "DATABASE_URL" not in os.environ:
        embedded.Cluster.under(settings.VAR).ensure()
    django.setup()


if __name__ == "__main__":
    sys.exit(main())
