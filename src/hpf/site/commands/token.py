"""`hpf token`: access tokens of programs. The secret is printed once, when it is issued."""

import sys
from argparse import ArgumentParser, Namespace

HELP = "issue, list or revoke an employer's API tokens"


def arguments(parser: ArgumentParser) -> None:
    """`issue`, `list` or `revoke`, for the employer of one account at one centre."""
    parser.add_argument("action", choices=["issue", "list", "revoke"])
    parser.add_argument("--centre", required=True, help="code of the centre")
    parser.add_argument("--employer-account", required=True, help="单位住房公积金账号")
    parser.add_argument("--scope", action="append", default=[], help="what it may do, several times; all of it without")
    parser.add_argument("--name", default="API", help="by which its owner knows it")
    parser.add_argument("--id", type=int, default=0, help="which one to revoke")


def run(options: Namespace) -> int:
    """Print the secret, the list, or nothing; 1 when the account, the scope or the token is not there."""
    from hpf.access import tokens  # noqa: PLC0415 - needs Django
    from hpf.access.actor import Actor  # noqa: PLC0415
    from hpf.access.clock import clock  # noqa: PLC0415
    from hpf.access.tenancy import in_centre  # noqa: PLC0415
    from hpf.outside import changes  # noqa: PLC0415
    from hpf.parties.facts import UnknownAccount  # noqa: PLC0415
    from hpf.parties.readers import employer_account_by_no  # noqa: PLC0415

    with in_centre(options.centre):
        actor, now = Actor.system("hpf token"), clock.now()
        try:
            employer_id = employer_account_by_no(options.employer_account).employer_id
            if options.action == "issue":
                scopes = [tokens.Scope(scope) for scope in options.scope] or list(tokens.Scope)
                print(changes.issue_token(actor, now, employer_id, options.name, scopes)[1])
                return 0
        except (UnknownAccount, ValueError) as problem:
            print(problem, file=sys.stderr)
            return 1
        if options.action == "revoke":
            return 0 if changes.revoke_token(actor, now, employer_id, options.id) else 1
        for token in tokens.tokens_of(options.centre, employer_id):
            ended = f"revoked {token.revoked_at:%Y-%m-%d}" if token.revoked_at else ""
            print("\t".join([str(token.id), token.name, " ".join(sorted(token.scopes)), ended]))
    return 0
