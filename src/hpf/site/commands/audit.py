"""`hpf audit`: whether the books of each centre agree with themselves, identity by identity."""

from argparse import ArgumentParser, Namespace

HELP = "check every identity of the books"


def arguments(parser: ArgumentParser) -> None:
    """One centre, or all."""
    parser.add_argument("--centre", help="code of one centre; all of them without it")


def run(options: Namespace) -> int:
    """Print one line per identity and the problems below it; 1 when something is wrong."""
    from hpf.access.tenancy import centres, in_centre  # noqa: PLC0415 - needs Django
    from hpf.dues import audit  # noqa: PLC0415

    problems = 0
    for centre in centres():
        if options.centre not in (None, centre.code):
            continue
        with in_centre(centre.code):
            found = audit.run_all()
        for name, told in found.items():
            problems += len(told)
            lines = [f"{centre.code}: {name}: {'ok' if not told else 'WRONG'}", *(f"    {text}" for text in told)]
            print("\n".join(lines))
    return 1 if problems else 0
