"""Who is normal where, since which business month, on what terms: recomputed from what was submitted and when.

Rows are taken up in the order in which the manual wants them: at once before 17:00, else the next morning in the order
of declaration (HZ-1.2-13 to -17). The only thing taken from the answers is which of two employers that submitted the
same person at the same moment was first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from drill import days, law, papers
from drill.records import Account, CaseTold, Decided, Declared, LineTold, Offered, Play

SUCCESS, FAILURE, REFERRED = "成功", "失败", "人工处理中"


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
    """What has to become of a declared row: success with these terms, failure for these reasons, or waiting."""

    declared: Declared
    place: int
    at: datetime
    month: int
    terms: law.Deposit | None
    reasons: frozenset[str]
    state: str


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

    def outcome(self, act: Declared, place: int, at: datetime, against: frozenset[str]) -> Expected:
        """What becomes of a row that is judged at `at`."""
        month, account = days.business_month(at.date()), self.accounts[act.account]
        if against:
            return Expected(act, place, at, month, None, against, FAILURE)
        terms = law.deposit(law.fen(act.rows[place].wage), account.rate, month, account.district)
        return Expected(act, place, at, month, terms, against, SUCCESS)

    def take(self, one: Expected) -> None:
        """Somebody is normal from now on."""
        row = one.declared.rows[one.place]
        assert one.terms is not None
        member = Member(one.declared.account, row.id_no.upper(), row.name, one.month, one.terms, one.declared.step)
        self.people[member.id_no] = member

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


def played(play: Play, before: Offered | None = None) -> tuple[Register, dict[tuple[str, int], Expected]]:
    """The register after the play, or as it stood when a row was offered; and, by case and place in it, what has to
    have become of each row by then.
    """
    register, told = at_first(play), cases_told(play)
    expected: dict[tuple[str, int], Expected] = {}
    queue = [(at, act) for at, act in declared_in_order(play) if _is_before(at, act.step, before)]
    decided = [act for act in play.acts if isinstance(act, Decided) and _is_before(act.at, act.step, before)]
    for place, (at, act) in enumerate(queue):
        while decided and decided[0].at < at:
            _decide(register, decided.pop(0), expected)
        rivals = _rivals(queue, place)
        for number, row in enumerate(act.rows):
            against = register.speaks(act.account, row)
            if not against and row.id_no in rivals and _failed(told[act.case_no], row.id_no):
                against = frozenset({papers.ACTIVE_ELSEWHERE})
            found = register.outcome(act, number, at, against)
            expected[act.case_no, number] = found
            if found.state == SUCCESS and papers.is_past_retirement(row.id_no, at.date()):
                expected[act.case_no, number] = replace(found, state=REFERRED, terms=None)
            elif found.state == SUCCESS:
                register.take(found)
    for late in decided:
        _decide(register, late, expected)
    return register, expected


def _is_before(at: datetime, step: int, offered: Offered | None) -> bool:
    return offered is None or (step < offered.step and at <= offered.at)


def _decide(register: Register, decided: Decided, expected: dict[tuple[str, int], Expected]) -> None:
    """Rows that waited for a person are judged once more when they are approved."""
    for key, one in expected.items():
        if key[0] != decided.case_no or one.state != REFERRED:
            continue
        row = one.declared.rows[one.place]
        against = register.speaks(one.declared.account, row)
        if not decided.approved:
            against = frozenset({decided.reason})
        expected[key] = register.outcome(one.declared, one.place, decided.at, against)
        if expected[key].state == SUCCESS:
            register.take(expected[key])


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
            known, rows = played(play, act)
            against |= known.speaks(act.account, act.row)
            against |= {papers.REGISTERED} if act.row.id_no in _waiting(queue, act, rows) else set()
        if act.row.id_no in taken:
            against.add(papers.TWICE)
        if not act.refused:
            taken.add(act.row.id_no)
        yield act, frozenset(against)


def _waiting(
    queue: Iterable[tuple[datetime, Declared]], offered: Offered, rows: Mapping[tuple[str, int], Expected]
) -> set[str]:
    """Who is submitted at the same employer and not decided yet."""
    own = [act for at, act in queue if act.step < offered.step and at > offered.at and act.account == offered.account]
    found = {row.id_no for act in own for row in act.rows}
    mine = [one for one in rows.values() if one.declared.account == offered.account and one.state == REFERRED]
    return found | {one.declared.rows[one.place].id_no for one in mine}
