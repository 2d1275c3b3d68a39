"""`hpf demo roster`: a filled opening workbook to try in the hall."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

HELP = "write a filled opening workbook, some rows of it wrong"


def arguments(parser: ArgumentParser) -> None:
    """How many rows, for whom, where to."""
    parser.add_argument("--rows", type=int, default=500, help="rows in the workbook")
    parser.add_argument("--bad", type=int, default=20, help="how many of them have a mistake")
    parser.add_argument("--employer", default="E02", help="code of a demo employer (demo/world.yaml)")
    parser.add_argument("--seed", type=int, default=1, help="another number gives other people")
    parser.add_argument("--out", type=Path, default=None, help="file to write, by default roster-E02.xlsx and so on")


def run(options: Namespace) -> int:
    """Write it; 2 when rows or employer make no sense, 1 when there is no demo city yet."""
    from hpf.site.cli import setup  # noqa: PLC0415 - `hpf demo` itself runs without Django

    setup()
    from hpf.access.clock import clock  # noqa: PLC0415 - needs Django
    from hpf.access.tenancy import in_centre  # noqa: PLC0415
    from hpf.site import seed  # noqa: PLC0415
    from hpf.site.demo_city.roster import UnknownEmployer, write_roster  # noqa: PLC0415

    if seed.is_empty():
        sys.stderr.write("there is no demo city yet: run `make demo` first\n")
        return 1
    out = options.out or Path(f"roster-{options.employer}.xlsx")
    try:
        with in_centre(seed.CENTRE), out.open("wb") as file:
            write_roster(file, options.employer, options.rows, options.bad, options.seed, clock.today())
    except (ValueError, UnknownEmployer) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{out}: {options.rows} rows, {options.bad} of them wrong\n")
    return 0
