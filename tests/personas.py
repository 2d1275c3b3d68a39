"""Who comes to the hall, for tests: a small city with three employers, and people who log in to it or try to.

`agent`     陈思远, agent of one employer          `stranger`  logged in through the portal, nobody's agent
`rival`     agent of another employer               `teller`    staff of the centre, never seen by the portal
`bureau`    agent of many employers (payroll)       `visitor`   not logged in
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.test import Client
from tests.parties import builders as b

from hpf.access.actor import Role
from hpf.access.changes import give_roles, remember_identity
from hpf.access.models import User
from hpf.parties import load
from hpf.parties import readers as parties
from hpf.parties.facts import EmployerAccountFacts, Fund
from hpf.policy import book

CENTRE = "hangzhou"
ONE, OTHER, THIRD = "E1", "E2", "E3"
AGENT_ID = b.id_no(901, born="19700101")
RIVAL_ID = b.id_no(902, born="19710101")
BUREAU_ID = b.id_no(903, born="19720101")
STRANGER_ID = b.id_no(904, born="19730101")


@dataclass(frozen=True)
class Persona:
    """A login and what the portal says of it."""

    username: str
    name: str
    id_no: str = ""
    credit_code: str = ""


AGENT = Persona("portal:agent", "陈思远", AGENT_ID, f"9133{ONE:0>14}")
RIVAL = Persona("portal:rival", "周敏", RIVAL_ID, f"9133{OTHER:0>14}")
BUREAU = Persona("portal:bureau", "何人和", BUREAU_ID, "913300000000000BUR")
STRANGER = Persona("portal:stranger", "路过", STRANGER_ID, "91330000000000NONE")


def employer(ref: str, *agents: Persona) -> load.EmployerRow:
    """An employer with these agents, both funds for the third."""
    funds = tuple(Fund) if ref == THIRD else (Fund.HPF,)
    row = b.employer(ref, funds=funds)
    return row._replace(agents=[load.AgentRow(a.name, a.id_no, "13800000000") for a in agents])


def city(people: Sequence[load.PersonRow] = ()) -> None:
    """Three employers: the agent's, the rival's, and one of the payroll bureau, which acts for all three."""
    employers = [employer(ONE, AGENT, BUREAU), employer(OTHER, RIVAL, BUREAU), employer(THIRD, BUREAU)]
    load.city(employers, people, book.load(CENTRE).at(b.AT.date()))


def login(persona: Persona, **headers: str) -> Client:
    """A browser in which this persona is logged in through the portal."""
    user = User.objects.filter(username=persona.username).first() or User.objects.create_user(
        persona.username, name=persona.name
    )
    if persona.id_no:
        remember_identity(
            user.pk,
            name=persona.name,
            id_no=persona.id_no,
            mobile="13900000000",
            employer_name="",
            credit_code=persona.credit_code,
        )
    client = Client(**headers)  # type: ignore[arg-type]
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def teller() -> Client:
    """A member of the centre's staff at the hall's door."""
    user_id = give_roles("teller", "陈立", "a-long-enough-password", CENTRE, frozenset({Role.TELLER}))
    client = Client()
    client.force_login(User.objects.get(pk=user_id), backend="django.contrib.auth.backends.ModelBackend")
    return client


def account_of(persona: Persona) -> EmployerAccountFacts:
    """The first employer account of a persona."""
    return parties.employer_accounts_of_agent(persona.id_no)[0]
