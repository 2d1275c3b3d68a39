"""How employers pay, and how it goes wrong: late, twice, too much told, lost, cancelled, refused, left to expire."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from drill import law
from drill.door import Refused
from drill.hall import Hall
from drill.records import Chosen, Denied, Ended, Ordered, Paid

if TYPE_CHECKING:
    from drill.player import Player

_ROUNDS = 2
_UNPAID = ("待结算", "结算失败")
_QR_SPAN = timedelta(minutes=law.QR_LIFE_MINUTES + 1)


@dataclass
class Payer:
    """Pays for all employers of a play."""

    of: "Player"

    @property
    def draw(self) -> random.Random:
        """The play's chances."""
        return self.of.draw

    def pay_all(self) -> None:
        """Every employer that pays itself pays what it owes, some of the others too; each in a way of its own."""
        for _ in range(_ROUNDS):
            for hall in self.of.halls:
                if hall.account.method == "送缴" or self.draw.randrange(3) == 0:
                    self._pay(hall)
        self._left_overnight()

    def _pay(self, hall: Hall) -> None:
        owed = hall.due_codes(*_UNPAID)
        if owed:
            chosen = owed if self.draw.randrange(2) else owed[:1]
            self._with(hall, [code for code, _ in chosen], self.draw.choice(list(_TRICKS)))

    def _with(self, hall: Hall, codes: Sequence[str], trick: str) -> None:
        order_no, fen = self.order(hall, codes)
        if fen > law.QR_LIMIT_FEN:
            told = hall.choose(order_no, "qr")
            self._denied("an order over the limit is payable by code", told)
        way = "bank" if trick in _BY_BANK or fen > law.QR_LIMIT_FEN else "qr" if trick in _BY_CODE else None
        trick = "plain" if trick in _BY_CODE and way == "bank" else trick
        self.of.say(f"  {order_no}: {law.yuan(fen)} by {hall.account.name}, {trick}")
        _TRICKS[trick](self, hall, order_no, fen, way or self.draw.choice(("bank", "qr")))
        self.of.cashier.turn()

    def order(self, hall: Hall, codes: Sequence[str]) -> tuple[str, int]:
        """送缴结算 of these dues; the order and what its page asks for."""
        at = self.of.desk.now()
        case_no = hall.settle(codes, _year(codes[0]))
        self.of.await_case(hall, case_no)
        order_no = hall.order_of(case_no)
        fen = hall.asked_fen(order_no)
        self.of.acts.append(Ordered(self.of.step(), hall.account.no, order_no, at, tuple(codes), fen))
        if self.draw.randrange(3) == 0:
            try:
                hall.settle(codes, _year(codes[0]))
                self._denied("a due in an open order goes into another one", [])
            except Refused as refused:
                self._denied("a due in an open order goes into another one", refused.told)
        return order_no, fen

    def _denied(self, what: str, told: Sequence[str]) -> None:
        self.of.acts.append(Denied(self.of.step(), what, not told, "；".join(told)))

    def choose(self, hall: Hall, order_no: str, way: str) -> None:
        """Take a channel. Raises Refused."""
        at = self.of.desk.now()
        told = hall.choose(order_no, way)
        if told:
            raise Refused(told)
        self.of.acts.append(Chosen(self.of.step(), order_no, at, way))

    def pay(self, order_no: str, fen: int, way: str, trick: str, *, told_fen: int | None = None) -> int:
        """Pay, and note it as told at once; the place of the note among the acts."""
        at = self.of.desk.now()
        if not self.of.cashier.pay(order_no, "bank" if way == "bank" else self.draw.choice(("wechat", "alipay"))):
            raise Refused([f"the cashier does not take the money for {order_no}"])
        told = fen if told_fen is None else told_fen
        self.of.acts.append(Paid(self.of.step(), order_no, at, at, told, trick))
        return len(self.of.acts) - 1

    def told_now(self, place: int) -> None:
        """The centre hears of a payment only now."""
        paid = self.of.acts[place]
        assert isinstance(paid, Paid)
        self.of.acts[place] = Paid(paid.step, paid.order_no, paid.at, self.of.desk.now(), paid.told_fen, paid.trick)

    def wait_over(self) -> None:
        """Let the life of a code pass."""
        self.of.desk.move_to(self.of.desk.now() + _QR_SPAN + timedelta(minutes=1))

    # ways to pay

    def plain(self, hall: Hall, order_no: str, fen: int, way: str) -> None:
        """As it should be."""
        self.choose(hall, order_no, way)
        self.pay(order_no, fen, way, "plain")
        self.of.cashier.wait()

    def twice(self, hall: Hall, order_no: str, fen: int, way: str) -> None:
        """The notice comes twice, and the payer tries once more."""
        self.of.cashier.turn(notice_twice=1)
        self.plain(hall, order_no, fen, way)
        again = self.of.cashier.pay(order_no, "bank")
        self._denied("a paid order is payable again", [] if again else ["409"])

    def wrong(self, hall: Hall, order_no: str, fen: int, way: str) -> None:
        """The notice tells of one fen too much; the due waits, the money goes into the purse."""
        self.choose(hall, order_no, way)
        self.of.cashier.turn(notice_wrong_amount=1)
        self.pay(order_no, fen, way, "wrong", told_fen=fen + 1)
        self.of.cashier.wait()

    def lost(self, hall: Hall, order_no: str, fen: int, way: str) -> None:
        """No notice comes; the payer comes back from the bank's page, and the hall asks."""
        self.choose(hall, order_no, way)
        self.of.cashier.turn(notice_dropped=1)
        self.pay(order_no, fen, way, "lost")
        hall.come_back(order_no)

    def forged(self, hall: Hall, order_no: str, fen: int, way: str) -> None:
        """The notice is signed by somebody else and counts for nothing; the payer comes back."""
        self.choose(hall, order_no, way)
        self.of.cashier.turn(notice_forged=1)
        self.pay(order_no, fen, way, "forged")
        hall.come_back(order_no)

    def late(self, hall: Hall, order_no: str, fen: int, way: str) -> None:
        """The notice comes later than the payment, still in time."""
        self.choose(hall, order_no, way)
        self.of.cashier.turn(notice_late=3600)
        self.pay(order_no, fen, way, "late")
        self.of.cashier.release()

    def too_late(self, hall: Hall, order_no: str, fen: int, way: str) -> None:
        """Paid in time, told after the end, the cashier down when it is asked at the end: the money counts."""
        self.choose(hall, order_no, way)
        self.of.cashier.turn(notice_late=3600)
        place = self.pay(order_no, fen, way, "too late")
        self.of.cashier.turn_more(cashier_down=1)
        self.wait_over()
        self.of.cashier.turn_more(cashier_down=0)
        self.told_now(place)
        self.of.cashier.release()

    def after_expiry(self, hall: Hall, order_no: str, fen: int, way: str) -> None:
        """The cashier takes money for an order that is void already."""
        self.choose(hall, order_no, way)
        self.wait_over()
        self.of.cashier.turn(pay_after_expiry=1)
        self.pay(order_no, fen, way, "after expiry")
        self.of.cashier.wait()

    def expire(self, hall: Hall, order_no: str, fen: int, way: str) -> None:
        """Nobody scans the code in time; the due is ordered and paid anew."""
        self.choose(hall, order_no, way)
        self.wait_over()
        self._again(hall, order_no)

    def cancelled(self, hall: Hall, order_no: str, fen: int, way: str) -> None:
        """The agent thinks better of it, and then of it again."""
        if self.draw.randrange(2):
            self.choose(hall, order_no, way)
        hall.cancel(order_no)
        self.of.acts.append(Ended(self.of.step(), order_no, self.of.desk.now(), "cancelled"))
        self._again(hall, order_no)

    def refused(self, hall: Hall, order_no: str, fen: int, way: str) -> None:
        """The bank says no; the due has failed, and is ordered and paid anew."""
        self.choose(hall, order_no, way)
        self.of.cashier.pay(order_no, "bank", refuse="账户余额不足")
        self.of.cashier.wait()
        self.of.acts.append(Ended(self.of.step(), order_no, self.of.desk.now(), "refused"))
        self._again(hall, order_no)

    def down(self, hall: Hall, order_no: str, fen: int, way: str) -> None:
        """The cashier is down when one wants to pay; nothing has changed, and it works afterwards."""
        self.of.cashier.turn(cashier_down=1)
        told = hall.choose(order_no, way)
        self._denied("a channel is taken while the cashier is down", told)
        self.of.cashier.turn()
        self.plain(hall, order_no, fen, way)

    def overnight(self, hall: Hall, order_no: str, fen: int, way: str) -> None:
        """The bank's page is left open; the order is void the next day."""
        self.choose(hall, order_no, way)

    def _again(self, hall: Hall, order_no: str) -> None:
        ordered = next(a for a in self.of.acts if isinstance(a, Ordered) and a.order_no == order_no)
        new_no, fen = self.order(hall, ordered.dues)
        self.plain(hall, new_no, fen, "bank")

    def _left_overnight(self) -> None:
        """After 17:00 no channel can be taken; what was left open is void in the morning."""
        hall = self.draw.choice(self.of.halls)
        self.of.go(self.of.desk.now().date(), 17, 5)
        owed = hall.due_codes(*_UNPAID)
        if owed:
            order_no, _ = self.order(hall, [owed[0][0]])
            self._denied("a channel is taken after 17:00", hall.choose(order_no, "bank"))
        self.of.go(self.of.desk.now().date() + timedelta(days=1), 9, 0)


Trick = Callable[[Payer, Hall, str, int, str], None]
_TRICKS: Mapping[str, Trick] = {
    "plain": Payer.plain,
    "twice": Payer.twice,
    "wrong": Payer.wrong,
    "lost": Payer.lost,
    "forged": Payer.forged,
    "late": Payer.late,
    "too late": Payer.too_late,
    "after expiry": Payer.after_expiry,
    "expire": Payer.expire,
    "cancelled": Payer.cancelled,
    "refused": Payer.refused,
    "down": Payer.down,
    "overnight": Payer.overnight,
}
_BY_CODE = frozenset({"too late", "after expiry", "expire"})
_BY_BANK = frozenset({"refused", "overnight", "down"})


def _year(code: str) -> str:
    """The 缴存年度 of a due by its code, which says its month: July to June."""
    year, month = int(code[1:5]), int(code[5:7])
    return str(year if month >= 7 else year - 1)
