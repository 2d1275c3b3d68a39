"""Two cities with everything in them that an address can name, and everybody who may come to one, for tests.

Hangzhou: an employer that checks within itself (a maker, a checker, a payroll bureau), a rival's, and what the first
has: cases, an order that is paid, documents, messages, a token, a hook. Heihe: an employer's application under review,
a run, a document, a proposal of policy. Whoever comes, comes as in life: through the portal, the desk's door, or with
a token.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.test import Client
from tests import checking, personas, reviewing
from tests.documents.samples import SLIP
from tests.dues.builders import Notice, close
from tests.hall import HOME, Roster
from tests.parties import builders as b
from tests.paying import ACTOR, OCTOBER, Payer, dues_of, paying_person
from tests.staff import at_desk, member

from hpf.access.actor import Actor, Role
from hpf.access.tenancy import in_centre
from hpf.access.tokens import Scope
from hpf.documents import changes as documents
from hpf.documents import readers as papers
from hpf.documents.forms import payment_slip
from hpf.dues import changes as dues
from hpf.engine import readers as engine
from hpf.engine.intake.materials import MATERIALS_OF
from hpf.kernel.clock import FixedClock
from hpf.outside import changes as outside
from hpf.outside import listings as messages
from hpf.outside.facts import MessageKind
from hpf.outside.telling import tell
from hpf.parties import load
from hpf.policy import book
from hpf.policy import changes as policy
from hpf.policy import readers as policy_readers
from hpf.policy.facts import Change
from hpf.policy.proposals import Proposal
from hpf.runs import carry_out
from hpf.runs import listings as runs

LIMIT_FEN = 131_200
"""From which amount the employer checks: one person with the wage of `hall.row`."""
ELSEWHERE = personas.Persona("portal:elsewhere", "何远山", b.id_no(905, born="19740101"), "")
"""An agent in Heihe, nobody in Hangzhou."""


def agent_of(name: str) -> personas.Persona:
    """The maker or the checker as a persona."""
    return personas.Persona(f"portal:{name}", name, checking.id_of(name), "")


@dataclass(frozen=True)
class Known:
    """The numbers of what is there, by the names that addresses give them."""

    hall: Mapping[str, str]
    waiting: str
    desk: Mapping[str, str]
    paper_no: str


def build(clock: FixedClock, drain: Any) -> tuple[Known, dict[str, Client]]:
    """Both cities, and a browser or program for everybody."""
    rules = book.load(personas.CENTRE)
    ours = checking.employer(personas.ONE, LIMIT_FEN, checking.MAKER, checking.CHECKER)
    bureau = load.AgentRow(personas.BUREAU.name, personas.BUREAU.id_no, "13800000000")
    ours = ours._replace(agents=[*ours.agents, bureau])
    theirs = personas.employer(personas.OTHER, personas.RIVAL, personas.BUREAU)
    people = [paying_person(1, personas.ONE, 60_000), paying_person(800, personas.OTHER, 50_000)]
    load.city([ours, theirs], people, rules.at(b.AT.date()))
    close(OCTOBER, rules.calendar.turn(OCTOBER))
    maker = personas.login(agent_of(checking.MAKER))
    hall, waiting = _hall(maker, clock, drain)
    desk, paper_no = _desk(clock)
    return Known(hall, waiting, desk, paper_no), _everybody(maker, clock)


def _hall(maker: Client, clock: FixedClock, drain: Any) -> tuple[dict[str, str], str]:
    account = personas.account_of(agent_of(checking.MAKER))
    actor = Actor.agent(1, checking.MAKER, account.employer_id)
    url, kinds = "https://hr.example.com/", [*MessageKind]
    hook = outside.add_hook(actor, clock.now(), account.employer_id, url, "s" * 32, kinds)
    token, _ = outside.issue_token(actor, clock.now(), account.employer_id, "薪资系统", [Scope.ITEMS_READ])
    done, waiting = (_case(maker, serial, wage) for serial, wage in ((21, "4000"), (22, "8200")))
    drain()
    tell()
    due = dues_of(agent_of(checking.MAKER))[0]
    payer = Payer(maker)
    payer.submit(due.code)
    order = payer.order()
    dues.take_payment(ACTOR, clock.now(), Notice(order.no, order.amount, paid_at=clock.now()))
    maker.get(f"{HOME}dues/{due.code}/voucher/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM notices_entry WHERE employer_id = %s", [account.employer_id])
        (entry,) = cursor.fetchone()
        cursor.execute("SELECT no, code FROM documents_issued WHERE kind = 'payment_slip'")
        document, typed = cursor.fetchone()
        cursor.execute("SELECT submit_key FROM engine_case WHERE no = %s", [done])
        material = papers.materials_of(MATERIALS_OF, str(cursor.fetchone()[0]))[0].id
    return {
        "no": done, "case": done, "of": done, "account_no": account.account_no, "order_no": order.no, "code": due.code,
        "document": document, "typed": typed, "token_id": str(token.id), "hook_id": str(hook.id),
        "message_id": str(messages.messages(hook, page=1)[0].id), "entry_id": str(entry), "id": str(material),
        "row": "1", "key": "key-00000001",
    }, waiting  # fmt: skip


def _case(maker: Client, serial: int, wage: str) -> str:
    roster = Roster(maker).enter()
    roster.save(serial, wage=wage)
    return roster.submit().rstrip("/").split("/")[-1]


def _desk(clock: FixedClock) -> tuple[dict[str, str], str]:
    with in_centre(reviewing.CENTRE):
        rules = book.load(reviewing.CENTRE).at(b.AT.date())
        load.city([personas.employer(personas.ONE, ELSEWHERE)], [], rules)
    no = reviewing.applied(personas.login(ELSEWHERE), reviewing.person(1, "李一"))
    user_id, _, _ = member(Role.TELLER, centre=reviewing.CENTRE)
    maker = Actor.staff(user_id, "章程", frozenset({Role.POLICY}))
    with in_centre(reviewing.CENTRE):
        paper = papers.materials_of(MATERIALS_OF, engine.case(no, None).submit_key)[0].id
        carry_out.start("next_day", clock.now())
        policy.note_version(clock.now())
        proposed = policy.propose(
            maker, clock.now(), Proposal(Change("hotline", clock.today(), "0456-12329"), "黑公积金〔2026〕1号"), None
        )
        issued = documents.issue(maker, clock.now(), "payment_slip", "41", payment_slip(SLIP)).no
        with connection.cursor() as cursor:
            cursor.execute("SELECT year, id FROM trail_entry ORDER BY id LIMIT 1")
            year, entry = cursor.fetchone()
            cursor.execute("UPDATE engine_case_row SET state = 'referred'")
        run, version = runs.runs().items[0].id, policy_readers.versions()[0].number
    return {
        "no": no, "user_id": str(user_id), "run_id": str(run), "paper_id": str(paper), "id": str(paper), "text_id": "1",
        "leaf": "hotline", "amendment_id": str(proposed), "number": str(version), "year": str(year),
        "entry_id": str(entry), "row": "1",
    }, issued  # fmt: skip


def _everybody(maker: Client, clock: FixedClock) -> dict[str, Client]:
    """A browser or program for everybody, by the heads of the columns."""
    bureau = personas.login(personas.BUREAU)
    bureau.get(f"{HOME}employers/{personas.account_of(agent_of(checking.MAKER)).account_no}/")
    found = {
        "visitor": Client(),
        "nobody": personas.login(personas.STRANGER),
        "maker": maker,
        "checker": personas.login(agent_of(checking.CHECKER)),
        "bureau": bureau,
        "rival": personas.login(personas.RIVAL),
        "other city's agent": personas.login(ELSEWHERE),
        "staff": at_desk(Role.TELLER, Role.REVIEWER),
        "other city's staff": at_desk(Role.TELLER, Role.REVIEWER),
    }
    found |= {role.value: at_desk(role, centre=reviewing.CENTRE) for role in Role}
    return found | _programs(clock)


def _programs(clock: FixedClock) -> dict[str, Client]:
    owner = personas.account_of(agent_of(checking.MAKER)).employer_id
    rival = personas.account_of(personas.RIVAL).employer_id
    with in_centre(reviewing.CENTRE):
        elsewhere = personas.account_of(ELSEWHERE).employer_id
    actor = Actor.system("test")

    def token(employer_id: int, *scopes: Scope, centre: str = personas.CENTRE) -> tuple[int, Client]:
        with in_centre(centre):
            made, secret = outside.issue_token(actor, clock.now(), employer_id, "程序", scopes)
        return made.id, Client(headers={"Authorization": f"Bearer {secret}"})

    revoked_id, revoked = token(owner, *Scope)
    outside.revoke_token(actor, clock.now(), owner, revoked_id)
    return {
        "token": token(owner, *Scope)[1],
        "without the scope": token(owner, Scope.PERSONS_READ)[1],
        "revoked": revoked,
        "rival's token": token(rival, *Scope)[1],
        "other city's token": token(elsewhere, *Scope, centre=reviewing.CENTRE)[1],
    }


def ask(client: Client, method: str, address: str, data: Mapping[str, str], body: str | None = None) -> Any:
    """The answer to one request, after which everything is as it was: the database, and the browser."""
    fresh = copy.copy(client)
    fresh.cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        send = getattr(fresh, method)
        answer = send(address, body, content_type="application/json") if body is not None else send(address, data)
        if getattr(answer, "streaming", False):
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return answer
