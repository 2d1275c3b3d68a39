"""Plays months of a city: random but reproducible employers' days, with the accidents that happen in one.

A play is a row of days at the desk's clock. What happens on them is drawn from the seed; everything that was done is
kept as an act with its step, and everything that can be read is read before and after.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from drill import days
from drill.desk import Cashier, Desk, Stuck, snapshot
from drill.door import Refused
from drill.hall import Hall
from drill.papers import RowSent
from drill.paying import Payer
from drill.people import MISTAKES, People
from drill.race import together
from drill.records import Act, Decided, Declared, Denied, Offered, Ordered, Play, Snapshot
from drill.world import World

_DONE = frozenset({"已办结", "办理失败", "人工处理中", "待支付", "业务受理"})
_PATIENCE_SECONDS = 400
_MOST_KILLS = 4
"""A demo gives up when its processes keep ending."""


class NotPlayable(Exception):
    """This world cannot be played; the text says why."""


@dataclass
class Player:
    """Somebody who works in all the halls at once. `say` is told what happens, line by line."""

    world: World
    seed: int
    halls: Sequence[Hall]
    desk: Desk
    teller: Desk
    cashier: Cashier
    say: Callable[[str], None]
    accidents: bool = True
    kills: int = 0
    acts: list[Act] = field(default_factory=list)
    known: list[tuple[str, RowSent]] = field(default_factory=list)
    """People who are normal, as far as the player knows, with the account they pay at."""

    def __post_init__(self) -> None:
        """Everything drawn comes from the seed."""
        self.draw = random.Random(f"play {self.seed}")
        self.people = People(self.seed)
        self.payer = Payer(self)

    def play(self, months: int) -> Play:
        """Play so many business months from the clock's present one on. Raises NotPlayable."""
        first_month = days.business_month(self.desk.now().date())
        self.cashier.turn()
        first = self.look(first_month)
        self._require_known(first)
        month = first_month
        for _ in range(months):
            if month not in days.GOLDEN:
                raise NotPlayable(f"{month} is not in the table of days")
            self._month(month)
            month = days.after(month)
        self.cashier.turn()
        last = self.look(first_month, slips=True)
        accounts = tuple(hall.account for hall in self.halls)
        return Play(self.seed, accounts, first, tuple(self.acts), last, alone=self.world.var is not None)

    def _require_known(self, first: Snapshot) -> None:
        """Everybody normal before the play must stand in the latest due, since nothing else tells of them all."""
        for hall in self.halls:
            latest = max(first.accounts[hall.account.no].dues, key=lambda due: due.month, default=None)
            if hall.normal_people != (latest.people if latest else 0):
                raise NotPlayable(f"{hall.account.name} has people that its latest due does not tell of")

    def look(self, since_month: int, *, slips: bool = False) -> Snapshot:
        """Read everything there is to read."""
        until = days.business_month(self.desk.now().date())
        told = {hall.account.no: hall.told(since_month, until, slips=slips) for hall in self.halls}
        return snapshot(self.desk, self.cashier, told)

    def step(self) -> int:
        """The number of the next thing that is done."""
        return len(self.acts) + 1

    def go(self, day: date, hour: int, minute: int) -> datetime:
        """Move the clock there, unless it is later already; what it shows then."""
        target = datetime(day.year, day.month, day.day, hour, minute, tzinfo=days.TZ)
        if target > self.desk.now():
            self.desk.move_to(target, self._accident)
        now = self.desk.now()
        self.say(f"{now:%Y-%m-%d %H:%M}")
        return now

    def _accident(self) -> None:
        """Now and then a process is killed while batches run."""
        if self.accidents and self.draw.randrange(8) == 0:
            self._kill(self.draw.choice(("worker", "scheduler")))

    def _kill(self, name: str) -> None:
        if self.kills < _MOST_KILLS and self.world.kill(name):
            self.kills += 1
            self.say(f"the {name} is killed")

    def _month(self, month: int) -> None:
        told = days.GOLDEN[month]
        early = max(self.desk.now().date(), told.cutoff - timedelta(days=self.draw.randint(8, 15)))
        self.go(early, 10, 0)
        for hall in self.halls:
            self._open(hall)
        self._too_late()
        self.go(told.cutoff - timedelta(days=self.draw.randint(2, 5)), 17, 5)
        self._after_hours()
        self.go(told.cutoff, 16, 30)
        self._open(self.draw.choice(self.halls))
        self._at_once()
        self._on_the_stroke(told.cutoff)
        self.go(told.cutoff, 17, 5)
        self._open(self.draw.choice(self.halls))
        if told.made != told.cutoff:
            self.go(told.cutoff + timedelta(days=1), 10, 0)
            self._open(self.draw.choice(self.halls))
        self.go(told.made, 22, 10)
        self._open(self.draw.choice(self.halls))
        self.go(told.made + timedelta(days=1), 0, 10)
        self._open(self.draw.choice(self.halls))
        self.go(told.made + timedelta(days=1), 9, 30)
        self._decide()
        self.payer.pay_all()
        self._strangers()

    # opening

    def _open(self, hall: Hall) -> None:
        """A list of one's own, typed or from a workbook, with some mistakes in it; then the submission."""
        today = self.desk.now().date()
        by_file = self.draw.randrange(2) == 0
        rows = [self.people.one(today) for _ in range(self.draw.randint(3, 8) if by_file else self.draw.randint(1, 2))]
        bad = [self._mistake(hall, self.people.one(today)) for _ in range(self.draw.randint(0, 3))]
        elders = [self.people.elder(today)] if self.draw.randrange(5) == 0 else []
        rows = [*rows, *bad, *elders]
        self.draw.shuffle(rows)
        if by_file and self.draw.randrange(2):
            rows.append(rows[0])
        taken = self._import(hall, rows) if by_file else self._type(hall, rows)
        if taken:
            self._submit(hall, taken, kill=self.accidents and self.draw.randrange(12) == 0)

    def _mistake(self, hall: Hall, row: RowSent) -> RowSent:
        kind = self.draw.choice([*MISTAKES, "normal elsewhere", "normal here", "another name"])
        if kind in MISTAKES:
            return MISTAKES[kind](row)
        here = hall.account.no
        some = [known for account, known in self.known if (account == here) == (kind == "normal here")]
        if not some:
            return MISTAKES["wrong check digit"](row)
        person = self.draw.choice(some)
        return replace(person, name=row.name) if kind == "another name" else person

    def _type(self, hall: Hall, rows: Sequence[RowSent]) -> list[RowSent]:
        page, taken = hall.enter(), []
        for place, row in enumerate(rows):
            at = self.desk.now()
            page, refused = hall.save(page, row)
            self.acts.append(Offered(self.step(), hall.account.no, at, "entry", place, row, tuple(refused)))
            taken += [] if refused else [row]
        self.page = page
        return taken

    def _import(self, hall: Hall, rows: Sequence[RowSent]) -> list[RowSent]:
        at, step = self.desk.now(), self.step()
        try:
            self.page, refused = hall.load(hall.enter(), rows)
        except Refused as whole:
            refused = dict.fromkeys(range(len(rows)), whole.told)
        for place, row in enumerate(rows):
            told = tuple(refused.get(place, ()))
            self.acts.append(Offered(step, hall.account.no, at, "workbook", place, row, told))
        return [row for place, row in enumerate(rows) if place not in refused]

    def _submit(self, hall: Hall, rows: Sequence[RowSent], *, kill: bool = False) -> None:
        last = hall.prepare(self.page)
        before = self.desk.now()
        case_no = hall.hand_in(last)
        if kill:
            self._kill("worker")
        self._declared(hall, case_no, before, rows)
        if self.draw.randrange(4) == 0:
            again = hall.hand_in(last)
            self.acts.append(Denied(self.step(), "the same form sent twice is two cases", again != case_no, again))
        self.await_case(hall, case_no)

    def _declared(self, hall: Hall, case_no: str, before: datetime, rows: Sequence[RowSent]) -> None:
        self.acts.append(Declared(self.step(), hall.account.no, case_no, before, self.desk.now(), tuple(rows)))
        self.known += [(hall.account.no, row) for row in rows]
        self.say(f"  {case_no}: {len(rows)} rows by {hall.account.name}")

    def await_case(self, hall: Hall, case_no: str) -> str:
        """Wait until a case has been dealt with, or waits for the next day. Raises Stuck."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while (state := hall.case_state(case_no)) not in _DONE:
            if time.monotonic() > end:
                raise Stuck(f"case {case_no} is still {state}")
            time.sleep(0.2)
        return state

    def _after_hours(self) -> None:
        """Some submit after 17:00; two want the same person, one a little later than the other."""
        for hall in self.halls:
            if self.draw.randrange(2):
                self._open(hall)
        if len(self.halls) > 1:
            first, second = self.draw.sample(list(self.halls), 2)
            row = self.people.one(self.desk.now().date())
            for hall in (first, second):
                if self._type(hall, [row]):
                    self._submit(hall, [row])

    def _at_once(self) -> None:
        """Two employers submit the same person at the same moment; one of them must lose."""
        if len(self.halls) < 2:
            return
        pair = self.draw.sample(list(self.halls), 2)
        row = self.people.one(self.desk.now().date())
        ready = [(hall, hall.prepare(self.page)) for hall in pair if self._type(hall, [row])]
        before = self.desk.now()
        cases = together([lambda h=hall, last=last: h.hand_in(last) for hall, last in ready])  # type: ignore[misc]
        for (hall, _), case_no in zip(ready, cases, strict=True):
            self._declared(hall, case_no, before, [row])
        for (hall, _), case_no in zip(ready, cases, strict=True):
            self.await_case(hall, case_no)

    def _on_the_stroke(self, cutoff: date) -> None:
        """Everything is ready before 17:00 and handed in at 17:00:00, which is after."""
        self.go(cutoff, 16, 58)
        hall, row = self.draw.choice(self.halls), self.people.one(cutoff)
        if self._type(hall, [row]):
            last = hall.prepare(self.page)
            before = self.go(cutoff, 17, 0)
            case_no = hall.hand_in(last)
            self._declared(hall, case_no, before, [row])
            self.await_case(hall, case_no)

    def _too_late(self) -> None:
        """A workbook is imported and left for longer than half an hour; it cannot be submitted any more."""
        hall, row = self.draw.choice(self.halls), self.people.one(self.desk.now().date())
        if not self._import(hall, [row]):
            return
        last = hall.prepare(self.page)
        self.desk.move_to(self.desk.now() + timedelta(minutes=31))
        what = "imported rows are submitted after 31 minutes"
        try:
            case_no = hall.hand_in(last)
            self.acts.append(Denied(self.step(), what, True, case_no))
        except Refused as refused:
            self.acts.append(Denied(self.step(), what, False, str(refused)))

    def _decide(self) -> None:
        """Somebody at the desk decides what waits, after the month is closed."""
        for case_no in self.teller.waiting():
            reason = "" if self.draw.randrange(3) else "材料与申报内容不符"
            at = self.desk.now()
            self.teller.decide(case_no, reason)
            self.acts.append(Decided(self.step(), case_no, at, not reason, reason))
            self.say(f"  {case_no} is {'refused' if reason else 'approved'} at the desk")

    def _strangers(self) -> None:
        """Nobody sees what is another employer's."""
        if len(self.halls) < 2:
            return
        mine, other = self.draw.sample(list(self.halls), 2)
        for what, seen in mine.peep(other.account.no, self._numbers_of(other)):
            self.acts.append(Denied(self.step(), f"{what} of another employer is shown", seen, ""))

    def _numbers_of(self, hall: Hall) -> dict[str, str]:
        cases = [a.case_no for a in self.acts if isinstance(a, Declared) and a.account == hall.account.no]
        orders = [a.order_no for a in self.acts if isinstance(a, Ordered) and a.account == hall.account.no]
        dues = [code for code, _ in hall.due_codes("待结算", "结算成功", "结算中")]
        numbers = {"case": cases, "order": orders, "due": dues}
        return {kind: found[0] for kind, found in numbers.items() if found}
