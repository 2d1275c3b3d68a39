"""`hpf trail verify`: whether the trail of each centre is as it was written."""

from argparse import ArgumentParser, Namespace

HELP = "chain and verify the trail"


def arguments(parser: ArgumentParser) -> None:
    """`verify`, or `chain` for the entries written since the last minute."""
    parser.add_argument("action", choices=["verify", "chain"])


def run(options: Namespace) -> int:
    """Go through all centres; 1 when something is wrong."""
    from hpf.access.tenancy import centres, in_centre  # noqa: PLC0415 - needs Django
    from hpf.trail import changes  # noqa: PLC0415

    problems = 0
    for centre in centres():
        with in_centre(centre.code):
            if options.action == "chain":
                print(f"{centre.code}: {changes.chain_new_entries()} entries chained")
                continue
            found = changes.check_chain()
            problems += len(found)
            print("\n".join([f"{centre.code}: {len(found)} problems", *found]))
    return 1 if problems else 0
