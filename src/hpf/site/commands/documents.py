"""`hpf documents`: revoke an issued document, and show what a centre signs with."""

import sys
from argparse import ArgumentParser, Namespace

HELP = "revoke an issued document; show the seal"


def arguments(parser: ArgumentParser) -> None:
    """`revoke --centre CODE --by NAME NUMBER REASON`, or `seal` for the certificate of each centre."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    revoke = actions.add_parser("revoke", help="a document counts no more; whoever verifies it sees why")
    revoke.add_argument("--centre", required=True, help="code of the centre")
    revoke.add_argument("--by", required=True, help="who decided it, for the trail")
    revoke.add_argument("no", help="number of the document, as printed")
    revoke.add_argument("reason", help="shown to everybody who verifies the document")
    actions.add_parser("seal", help="the certificate that each centre signs with")


def run(options: Namespace) -> int:
    """Do it; 1 when it is refused or a seal cannot be used."""
    return _revoke(options) if options.action == "revoke" else _seals()


def _revoke(options: Namespace) -> int:
    from hpf.access.actor import Actor  # noqa: PLC0415 - needs Django
    from hpf.access.clock import clock  # noqa: PLC0415
    from hpf.access.tenancy import UnknownCentre, in_centre  # noqa: PLC0415
    from hpf.documents.changes import revoke  # noqa: PLC0415
    from hpf.documents.facts import RevocationRefused  # noqa: PLC0415

    try:
        with in_centre(options.centre):
            revoked = revoke(Actor.system(options.by), clock.now(), options.no, options.reason)
    except UnknownCentre:
        print(f"no centre {options.centre!r}", file=sys.stderr)
        return 1
    except RevocationRefused as refused:
        print(refused, file=sys.stderr)
        return 1
    print(f"{revoked.no} {revoked.title}: 已作废，{revoked.revoked_reason}")
    return 0


def _seals() -> int:
    from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415 - only here

    from hpf.access.tenancy import centres, in_centre  # noqa: PLC0415
    from hpf.documents.signing import SealUnusable, fingerprint, signer  # noqa: PLC0415

    worst = 0
    for centre in centres():
        try:
            with in_centre(centre.code):
                own = signer().certificates[0]
        except SealUnusable as unusable:
            print(f"{centre.code}: {unusable}", file=sys.stderr)
            worst = 1
            continue
        shown = load_der_x509_certificate(own)
        until = f"{shown.not_valid_after_utc:%Y-%m-%d}"
        print(f"{centre.code}: {shown.subject.rfc4514_string()}, until {until}, SHA-256 {fingerprint(own)}")
    return worst
