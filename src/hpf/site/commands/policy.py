"""`hpf policy`: the versions of each centre's policy book, or the values of one parameter as they stand."""

import sys
from argparse import ArgumentParser, Namespace

HELP = "list the versions of the policy book, or show a parameter"


def arguments(parser: ArgumentParser) -> None:
    """`versions`, or `show` with the name of a leaf; one centre, or all."""
    parser.add_argument("action", choices=["versions", "show"])
    parser.add_argument("leaf", nargs="?", default="", help="to show: base_cap, materials.account.opening, …")
    parser.add_argument("--centre", help="code of one centre; all of them without it")


def run(options: Namespace) -> int:
    """Print the versions, the newest first, or the values by first day of force; 1 where there is no such leaf."""
    from hpf.access.tenancy import centres, in_centre  # noqa: PLC0415 - needs Django
    from hpf.policy import readers  # noqa: PLC0415

    unknown = False
    for centre in centres():
        if options.centre not in (None, centre.code):
            continue
        with in_centre(centre.code):
            if options.action == "versions":
                for one in readers.versions():
                    change = one.amendment.change if one.amendment else None
                    told = f"{change.leaf} from {change.first_day}: {change.value}" if change else "the packs"
                    print(f"{centre.code}\t{one.number}\t{one.fingerprint}\t{one.made_at:%Y-%m-%d %H:%M}\t{told}")
                continue
            leaf = readers.current_rules("hpf policy").book.plain.get(options.leaf)
            if leaf is None:
                print(f"{centre.code} has no leaf {options.leaf}", file=sys.stderr)
                unknown = True
                continue
            for first_day, value in leaf.values:
                print(f"{centre.code}\t{leaf.name}\t{first_day}\t{value}")
            if leaf.until:
                print(f"{centre.code}\t{leaf.name}\tuntil {leaf.until}")
    return int(unknown)
