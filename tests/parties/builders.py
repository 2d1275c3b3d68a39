"""Small cities for the tests of this room: three employers, people by a few words."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from hpf.access.actor import Actor
from hpf.kernel.clock import TZ
from hpf.kernel.identity import IdType, check_digit
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate
from hpf.parties import load
from hpf.parties.facts import Fund, IdKey, MembershipStatus, Method, Opening, OpenKind
from hpf.policy import book

ACTOR = Actor.system("test")
AT = datetime(2026, 11, 16, 9, 30, tzinfo=TZ)
MONTH = Month(2026, 11)
EIGHT = Decimal(8)


def id_no(serial: int, *, born: str = "19900307") -> str:
    """A valid resident id; different serials (0 to 999) give different people."""
    first = f"330106{born}{serial:03d}"
    return first + check_digit(first)


def key(serial: int) -> IdKey:
    """The key of the person `id_no(serial)`."""
    return IdKey(IdType.RESIDENT, id_no(serial))


def employer(ref: str, *, unit_type: str = "33", funds: Sequence[Fund] = (Fund.HPF,)) -> load.EmployerRow:
    """An employer with an agent; accounts have the refs `ref` (住房公积金) and `ref` + "/SUBSIDY"."""
    accounts = [
        load.EmployerAccountRow(
            ref if fund is Fund.HPF else f"{ref}/{fund}", date(2020, 1, 1), Method.SELF, EIGHT, EIGHT, "01", fund
        )
        for fund in funds
    ]
    agent = load.AgentRow("陈思远", id_no(999, born="19700101"), "13800000000")
    return load.EmployerRow(f"杭州{ref}有限公司", f"9133{ref:0>14}", unit_type, 10, accounts, [agent])


def spell(first: int = 202001, last: int | None = None, base_fen: int = 800_000) -> load.SpellRow:
    """Terms at 8 % from `first` to `last`."""
    part = base_fen * 8 // 100
    return load.SpellRow(first, base_fen, EIGHT, EIGHT, part, part, last)


def normal(ref: str, first: int = 202001) -> load.MembershipRow:
    """Normal with `ref` since `first`."""
    return load.MembershipRow(ref, first, [spell(first)])


def sealed(ref: str, month: int = 202607, reason: str = "03") -> load.MembershipRow:
    """Sealed with `ref` in `month` (not a January), normal since 2020-01 before."""
    return load.MembershipRow(
        ref, 202001, [spell(202001, month - 1)], MembershipStatus.SEALED, sealed_month=month, seal_reason=reason
    )


def person(serial: int, *memberships: load.MembershipRow, name: str = "王小明", **more: object) -> load.PersonRow:
    """A person with one account; `frozen=True` freezes it, other words are fields of `PersonRow`."""
    account = load.PersonalAccountRow(date(2020, 1, 1), memberships, frozen=bool(more.pop("frozen", False)))
    fields: dict[str, object] = {"id_no": id_no(serial), "accounts": [account], **more}
    return load.PersonRow(name, **fields)  # type: ignore[arg-type]


def opening(serial: int, employer_account_id: int, *, row_no: int = 1, month: Month = MONTH, **more: object) -> Opening:
    """An opening of the person `id_no(serial)` with a base of 8,000.00 at 8 %; other words are fields of `Opening`."""
    fields: dict[str, object] = {
        "row_no": row_no,
        "case_id": 7,
        "key": key(serial),
        "name": "王小明",
        "mobile": "",
        "sms": False,
        "fund": Fund.HPF,
        "employer_account_id": employer_account_id,
        "base": Money(800_000),
        "employer_rate": Rate(EIGHT),
        "personal_rate": Rate(EIGHT),
        "employer_part": Money(64_000),
        "personal_part": Money(64_000),
        "processed_month": month,
        "kind": OpenKind.TRANSFER,
        **more,
    }
    return Opening(**fields)  # type: ignore[arg-type]


def city(
    employers: Iterable[load.EmployerRow], people: Iterable[load.PersonRow], centre: str = "hangzhou"
) -> load.Loaded:
    """Load both with the numbers of that centre."""
    return load.city(employers, people, book.load(centre).at(AT.date()))
