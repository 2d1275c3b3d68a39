"""Who is normal where, since which business month, on what terms: recomputed from what was submitted and when.

Rows are taken up in the order in which the manual wants them: at once before 17:00, else the next morning in the order
of declaration (HZ-1.2-13 to -17). The only thing taken from the answers is which of two employers that submitted the
same person at the same moment was first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from drill import days, law, papers
from drill.records import Account, CaseTold, Declared, LineTold, Offered, Play

SUCCESS, FAILURE = "成功", "失败"


@dataclass(frozen=True)
class Member:
    """Somebody normal at an employer account; `step` 0 was there before the play."""

    account: str
    id_no: str
    name: str
    since: int
    terms: law.Deposit
    step: int
    before: LineTold | None = None


@dataclass(frozen=True)
class Expected:
    """What has to become of a declared row: success with these terms, or failure for these reasons."""

    declared: Declared
    place: int
    at: datetime
    month: int
    terms: law.Deposit | None
    reasons: frozenset[str]


@dataclass
class Register:
    """Everybody normal, by id number, as the play goes on."""

    accounts: Mapping[str, Account]
    people: dict[str, Member] = field(default_factory=dict)

    def speaks(self, account: str, row: papers.RowSent) -> frozenset[str]:
        """What the register has against a row of this account."""
        known = self.people.get(row.id_no.upper())
        if known is None:
            return frozenset()
        told = {papers.REGISTERED if known.account == account else papers.ACTIVE_ELSEWHERE}
        return frozenset(told | ({papers.OTHER_NAME} if known.name != row.name else set()))

    def members(self, account: str, month: int) -> list[Member]:
        """Who has to be in the due of a month: normal as of its turn."""
        return [one for one in self.people.values() if one.account == account and one.since <= month]


def at_first(play: Play) -> Register:
    """The register before the play: the people of each account's latest due."""
    register = Register({account.no: account for account in play.accounts})
    for account in play.accounts:
        dues = [due for due in play.first.accounts[account.no].dues if due.kind == "汇缴"]
        latest = max(dues, key=lambda due: due.month, default=None)
        for line in latest.lines if latest else ():
            terms = law.Deposit(line.base_fen, line.employer_fen, line.personal_fen)
            register.people[line.id_no] = Member(account.no, line.id_no, line.name, 0, terms, 0, line)
    return register


def declared_in_order(play: Play) -> list[tuple[datetime, Declared]]:
    """Submissions with the moment of processing, in its order; those of one moment in that of their numbers."""
    cases = cases_told(play)
    found = []
    for act in play.acts:
        if isinstance(act, Declared) and act.case_no in cases:
            declared_at = cases[act.case_no].declared_at
            found.append((days.processed_at(declared_at), declared_at, act.case_no[-8:], act))
    return [(processed, act) for processed, _, _, act in sorted(found, key=lambda one: one[:3])]


def cases_told(play: Play) -> dict[str, CaseTold]:
    """All cases that the halls tell of, by number."""
    return {case.no: case for told in play.last.accounts.values() for case in told.cases}


def played(play: Play) -> tuple[Register, list[Expected]]:
    """The register after the play, and what has to have become of each row."""
    register, told = at_first(play), cases_told(play)
    expected: list[Expected] = []
    queue = declared_in_order(play)
    for place, (at, act) in enumerate(queue):
        rivals = _rivals(queue, place)
        for number, row in enumerate(act.rows):
            against = register.speaks(act.account, row)
            lost = not against and row.id_no in rivals and _failed(told[act.case_no], row.id_no)
            if lost:
                against = frozenset({papers.ACTIVE_ELSEWHERE})
            month = days.business_month(at.date())
            account = register.accounts[act.account]
            terms = None
            if not against:
                terms = law.deposit(law.fen(row.wage), account.rate, month, account.district)
                member = Member(act.account, row.id_no.upper(), row.name, month, terms, act.step)
                register.people[row.id_no.upper()] = member
            expected.append(Expected(act, number, at, month, terms, against))
    return register, expected


def _rivals(queue: Sequence[tuple[datetime, Declared]], place: int) -> set[str]:
    """Ids that a later submission of another account brings at the very same moment, where nobody can say who is
    first; after 17:00 the order of declaration says it."""
    at, act = queue[place]
    if at.time() == days.BATCH:
        return set()
    same = [other for moment, other in queue[place + 1 :] if moment == at and other.account != act.account]
    return {row.id_no for other in same for row in other.rows}


def _failed(case: CaseTold, id_no: str) -> bool:
    return any(row.id_no == id_no and row.state == FAILURE for row in case.rows)


def offered_against(play: Play) -> Iterator[tuple[Offered, frozenset[str]]]:
    """Every row that was shown to a hall, with what has to be said against it there and then.

    A row has to be judged by the register as it stood then; what was submitted and not yet processed counts at its own
    employer (已有登记记录).
    """
    queue = declared_in_order(play)
    lists: dict[tuple[int, str], set[str]] = {}
    list_no, last_account = 0, ""
    for act in play.acts:
        if not isinstance(act, Offered):
            last_account = ""
            continue
        if act.place == 0 or act.account != last_account:
            list_no += 1
        last_account = act.account
        taken = lists.setdefault((list_no, act.account), set())
        against = set(papers.faults(act.row, act.at.date()))
        if not against:
            against |= _register_at(play, queue, act).speaks(act.account, act.row)
            against |= {papers.REGISTERED} if act.row.id_no in _waiting(queue, act) else set()
        if act.row.id_no in taken:
            against.add(papers.TWICE)
        if not act.refused:
            taken.add(act.row.id_no)
        yield act, frozenset(against)


def _register_at(play: Play, queue: Iterable[tuple[datetime, Declared]], offered: Offered) -> Register:
    register = at_first(play)
    for at, act in queue:
        if act.step >= offered.step or at > offered.at:
            continue
        for row in act.rows:
            if not register.speaks(act.account, row):
                nothing = law.Deposit(0, 0, 0)
                register.people[row.id_no] = Member(act.account, row.id_no, row.name, 0, nothing, act.step)
    return register


def _waiting(queue: Iterable[tuple[datetime, Declared]], offered: Offered) -> set[str]:
    own = [a for at, a in queue if a.step < offered.step and at > offered.at and a.account == offered.account]
    return {row.id_no for act in own for row in act.rows}
