"""An employer that checks within itself, for tests: who makes, who checks, and their logins."""

from dataclasses import dataclass

from tests.parties import builders as b

from hpf.access.actor import Actor
from hpf.access.changes import remember_identity
from hpf.access.models import User
from hpf.parties import load

MAKER, CHECKER, BOTH, OUTSIDER = "经小慧", "傅以衡", "全知秋", "外单位"
NAMES = (MAKER, CHECKER, BOTH, OUTSIDER)
DUTIES = {MAKER: (True, False), CHECKER: (False, True), BOTH: (True, True)}


def id_of(name: str) -> str:
    """The id number of one of them."""
    return b.id_no(910 + NAMES.index(name), born="19750101")


def agent(name: str) -> load.AgentRow:
    """As the register has them."""
    make, check = DUTIES.get(name, (True, True))
    return load.AgentRow(name, id_of(name), "13800000000", may_make=make, may_check=check)


def employer(ref: str, check_from_fen: int | None, *names: str) -> load.EmployerRow:
    """An employer with these agents that checks from this amount on."""
    return b.employer(ref)._replace(agents=[agent(name) for name in names], check_from_fen=check_from_fen)


def login(name: str, number: int = 0) -> int:
    """The login of one of them, made when there is none; another number is another login of the same person."""
    username = f"portal:{NAMES.index(name)}:{number}"
    user = User.objects.filter(username=username).first() or User.objects.create_user(username, name=name)
    remember_identity(
        user.pk, name=name, id_no=id_of(name), mobile="", employer_name="", credit_code=""
    )  # fmt: skip
    return user.pk


@dataclass(frozen=True)
class Office:
    """The agents of one employer."""

    employer_id: int

    def actor(self, name: str, number: int = 0) -> Actor:
        """As whom an agent acts here."""
        return Actor.agent(login(name, number), name, self.employer_id)
