"""Every parameter a centre has, by name and type: the annotations here are the list that packs must fill, and no more.

Units, sources and values stand in the packs. Four views: by month (amounts), by day (limits, lists, places), texts, and
what the calendar needs.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Annotated

from hpf.kernel.identity import IdType, Sex
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.kernel.rate import Rate
from hpf.policy.dated import Dated, Keyed
from hpf.policy.leaves import PolicyGap
from hpf.policy.rules import age, deposit
from hpf.policy.rules.rounding import Rounding
from hpf.policy.values import Slots


@dataclass(frozen=True, slots=True)
class Branch:
    """缴存地公积金中心: a branch, the district whose lowest base holds there, the account that receives deposits."""

    code: str
    name: str
    district: str
    bank: str
    bank_account: str


@dataclass(frozen=True, slots=True)
class Material:
    """A paper to upload for an item; without a `required` one the step cannot be left.

    `row_file`: every row needs a file of its own with this name, whose ending also says the only type that is taken.
    """

    name: str
    required: bool
    note: str = ""
    row_file: Annotated[str, Slots.of("id_no")] = ""


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank of a payment channel; `code` is what the cashier knows it by."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a list that a centre keeps: stored code, shown text."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class DayOffList:
    """A year's statutory days off and the weekend days worked for them, by the State Council's `notice`."""

    year: int
    notice: str
    days_off: tuple[date, ...]
    workdays: tuple[date, ...]
    assumption: bool = False

    def __post_init__(self) -> None:
        """Refuse days of another year, days twice and days that are both."""
        days = self.days_off + self.workdays
        if len(set(days)) != len(days) or any(day.year != self.year for day in days):
            raise ValueError(f"days off and workdays of {self.year} are different days of that year, each once")


class CalendarRules(Dated):
    """What `Calendar` needs to know."""

    day_off_list: DayOffList
    weekends_are_days_off: bool  # whether an ordinary weekend moves the cut-off, too (F-91)
    business_month_last_day: int | None  # None: the natural month; nothing is cut off (HH-0-03)
    cutoff_moves_before_days_off: bool
    due_made_day: int | None  # None: the employer makes the month's due itself (HH-3.1-13)
    first_collection_day: int | None  # None, as the next: collected or paid when the employer makes it
    last_collection_day: int | None
    contribution_year_first_month: int
    daily_cutoff: time | None  # None: nothing waits for the next day
    batch_hour: time


class MonthRules(Dated):
    """Amounts of one month: ask for the month that the money belongs to."""

    base_cap: Money | None  # None, as the next and others below: the centre sets no such limit (HH-0-04)
    base_floor: Keyed[Money | None]  # by district of the branch
    rate_lowest: Rate
    rate_highest: Rate
    law_rate_lowest: Rate
    law_rate_highest: Rate
    rounding: Rounding

    def clamp(self, wage: Money, district: str) -> deposit.ClampedBase:
        """The base of an average monthly wage in that district (HZ-2.4.1-31 to -33)."""
        return deposit.clamp(wage, self.base_floor(district), self.base_cap)

    def deposit(self, base: Money, employer_rate: Rate, personal_rate: Rate) -> deposit.Deposit:
        """The monthly deposit on `base` (HZ-2.4.1-34), rounded as the city does."""
        return deposit.deposit(base, employer_rate, personal_rate, self.rounding)


class DayRules(Dated):
    """Limits, lists and places of one day."""

    # what can be entered online
    name_max_chars: int
    name_allows_dot_and_latin: bool
    id_types_online: tuple[IdType, ...]
    opening_funds: tuple[str, ...]
    opening_min_age: int | None
    repeat_opening_months: int
    unit_types: tuple[Choice, ...]
    # workbooks, uploads, lists
    import_life: timedelta
    rows_per_workbook: int
    upload_types: tuple[str, ...]
    upload_max_bytes: int
    upload_max_files: int
    list_print_max: int
    list_download_max: int
    # handling
    daily_cutoff: time | None
    batch_hour: time
    due_made_hour: time
    items_under_daily_cutoff: tuple[str, ...]
    items_under_review: tuple[str, ...]  # nothing happens before the centre has reviewed the case
    desk_refusal_reasons: tuple[Choice, ...]
    texts_kept: timedelta  # how long number and wording of a text message are kept
    # payment
    qr_limit: Money | None
    qr_order_life: timedelta
    qr_wallets: tuple[Choice, ...]
    payment_closes: time
    payment_offered_within: timedelta
    ebank_order_voids_at: time
    banks_corporate: tuple[Bank, ...]  # the first is the default
    banks_personal: tuple[Bank, ...]
    # per item, by its code
    materials: Keyed[tuple[Material, ...]]
    review_workdays: Keyed[int]  # of items that the centre reviews, or whose rows may need a person
    declaration: Keyed[str]  # the text to be ticked; "" where the item has no tick
    code_lists: Keyed[tuple[Choice, ...]]  # codes that fields of a row take, by the list's name
    # the centre
    centre_name: str
    seal_text: str
    hotline: str
    fund_hotline: str
    website: str
    portal: str
    counter_hours: str
    branches: tuple[Branch, ...]
    # numbers: str.format patterns; `day` is a date, `serial` comes from a sequence
    number_employer: Annotated[str, Slots.of("serial")]
    number_employer_account: Annotated[str, Slots.of("serial", "tail", "fund")]  # tail: 8 digits; fund: 01 or 02
    number_person: Annotated[str, Slots.of("serial")]
    number_case: Annotated[str, Slots.of("day", "item", "serial")]  # item: two digits of the kind of business
    number_due: Annotated[str, Slots.of("kind", "month", "serial")]  # kind: H or B; month: int(Month)
    number_order: Annotated[str, Slots.of("day", "serial")]
    # people
    retirement: Keyed[age.RetirementRule]  # by column of the table: M60, F55, F50
    female_55_unit_types: tuple[str, ...]

    @property
    def texts(self) -> "Texts":
        """The centre's wordings on that day."""
        return Texts(self._book, self._day, self._asker)

    def branch(self, code: str) -> Branch:
        """The branch of that code. Raises PolicyGap for an unknown one."""
        for branch in self.branches:
            if branch.code == code:
                return branch
        raise PolicyGap(f"branches.{code}", self._book.centre, self._day, self._asker)

    def retire_category(self, sex: Sex, unit_type: str) -> str:
        """The column of the retirement table by default: a woman's follows the kind of employer (A12)."""
        if sex is Sex.MALE:
            return "M60"
        return "F55" if unit_type in self.female_55_unit_types else "F50"

    def retirement_month(self, category: str, born: date) -> Month:
        """法定退休年月 of a person of that column (M60, F55, F50), the last month that is paid."""
        return age.retirement_month(self.retirement(category), Month.of(born))


class Texts(Dated):
    """Wordings a centre may change, with the placeholders they may use."""

    after_daily_cutoff: Annotated[str, Slots.of("cutoff")]
    crossing_months: Annotated[str, Slots.of("declared", "processed")]
    closed_early: Annotated[str, Slots.of("month", "day", "next_month")]
    business_month_help: Annotated[str, Slots.of("last_day")]
    check_then_counter: str
    sealed_accounts_help: str
    import_expired: Annotated[str, Slots.of("minutes")]
    portions: Annotated[str, Slots.of("count")]
    no_materials: str
    qr_over_limit: Annotated[str, Slots.of("limit")]
    payment_closed: Annotated[str, Slots.of("closes")]
    payment_starting: str
    payment_pending: str
    deposit_method: Keyed[str]  # the city's words for the values of parties' Method
    zero_amount: str
    turns_to_remittance: str
    voucher_without_detail: str
    voucher_latest_only: str
    payment_advice: tuple[str, ...]
    browser_advice: tuple[str, ...]
    import_advice: tuple[str, ...]
    sms_due_made: Annotated[str, Slots.of("month", "amount", "people", "method")]
    sms_opening_done: Annotated[str, Slots.of("employer", "amount")]
    inbox: Keyed[  # by occasion; an empty text tells nothing
        Annotated[
            str,
            Slots.of(
                "item", "no", "total", "succeeded", "failed", "pending", "reason", "amount", "month", "people", "method"
            ),
        ]
    ]
