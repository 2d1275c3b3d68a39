"""`hpf staff`: a centre's first administrator, who makes the other logins at the desk; and the way back in."""

import sys
from argparse import ArgumentParser, Namespace

HELP = "add a login of a centre's staff, reset one, or list them"


def arguments(parser: ArgumentParser) -> None:
    """`add`, `reset` or `list`, at one centre."""
    parser.add_argument("action", choices=["add", "reset", "list"])
    parser.add_argument("--centre", required=True, help="code of the centre")
    parser.add_argument("--login", default="", help="small letters and digits")
    parser.add_argument("--name", default="", help="the person's name, to add")
    parser.add_argument("--role", action="append", default=[], help="to add: admin (the default), reviewer, …")


def run(options: Namespace) -> int:
    """Print the password to begin with, or the list; 1 when it cannot be done."""
    from hpf.access import changes, readers, second_factor  # noqa: PLC0415 - needs Django
    from hpf.access.actor import Actor, Role  # noqa: PLC0415
    from hpf.access.clock import clock  # noqa: PLC0415
    from hpf.access.tenancy import in_centre  # noqa: PLC0415
    from hpf.trail.changes import record  # noqa: PLC0415

    with in_centre(options.centre):
        known = readers.staff(options.centre)
        if options.action == "list":
            for who in known:
                factor = "second factor" if who.second_factor else "not set up"
                print("\t".join([who.username, who.name, " ".join(sorted(who.roles)), factor]))
            return 0
        try:
            if options.action == "add":
                roles = frozenset(Role(role) for role in options.role or [Role.ADMIN])
                _, password = changes.add_staff(options.login, options.name, options.centre, roles)
            else:
                user_id = next(who.user_id for who in known if who.username == options.login and who.own)
                password = changes.give_password(user_id)
                second_factor.forget(user_id)
        except StopIteration:
            print(f"{options.centre} keeps no login {options.login}", file=sys.stderr)
            return 1
        except ValueError as problem:
            print(problem, file=sys.stderr)
            return 1
        record(Actor.system("hpf staff"), clock.now(), f"login_{options.action}", "login", options.login)
        print(password)
    return 0
