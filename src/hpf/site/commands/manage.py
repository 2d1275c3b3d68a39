"""`hpf manage …`: any of Django's own commands (shell, check, makemigrations, collectstatic)."""

import argparse
from argparse import ArgumentParser, Namespace

HELP = "run one of Django's own commands"


def arguments(parser: ArgumentParser) -> None:
    """Everything is handed on."""
    parser.add_argument("words", nargs=argparse.REMAINDER)


def run(options: Namespace) -> int:
    """Hand on."""
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - needs Django

    execute_from_command_line(["hpf manage", *options.words])
    return 0
