"""The rules as an item sees them: one numbered version of the policy book, looked at from one submission."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hpf.kernel.identity import IdNumber, IdType
from hpf.kernel.month import Month
from hpf.policy.book import Rules
from hpf.policy.parameters import DayRules, MonthRules


@dataclass(frozen=True, slots=True)
class ItemRules:
    """Rules for one judgement.

    `day` is the day of declaration, `month` the business month in which the row would be processed: amounts that begin
    with this row follow the rules of `month`, amounts of other months ask `on(month)`.
    """

    book: Rules
    day: date
    month: Month

    @property
    def today(self) -> DayRules:
        """Limits, windows, lists and texts in force on the day of declaration."""
        return self.book.at(self.day)

    @property
    def this_month(self) -> MonthRules:
        """Caps, floors, rates and rounding of the business month of processing."""
        return self.book.on(self.month)

    def on(self, month: Month) -> MonthRules:
        """Caps, floors, rates and rounding of any other month."""
        return self.book.on(month)

    def age(self, paper: IdNumber) -> int:
        """Full years on the day of declaration. Raises ValueError for a paper whose number has no date of birth."""
        born = paper.birth_date
        if born is None:
            raise ValueError("this paper says no date of birth")
        return self.day.year - born.year - ((self.day.month, self.day.day) < (born.month, born.day))

    def past_retirement(self, paper: IdNumber, unit_type: str) -> bool:
        """Whether the statutory retirement month lies before the month of processing (A12); unknown counts as not."""
        if paper.birth_date is None or paper.sex is None:
            return False
        category = self.today.retire_category(paper.sex, unit_type)
        return self.today.retirement_month(category, paper.birth_date) < self.month

    # what the fields of a row ask for (engine.declare.fields.FieldRules)

    @property
    def name_max_chars(self) -> int:
        """See FieldRules."""
        return self.today.name_max_chars

    @property
    def name_allows_dot_and_latin(self) -> bool:
        """See FieldRules."""
        return self.today.name_allows_dot_and_latin

    @property
    def id_types_online(self) -> Sequence[IdType]:
        """See FieldRules."""
        return self.today.id_types_online

    def code_list(self, name: str) -> Sequence[tuple[str, str]]:
        """See FieldRules."""
        return [(one.code, one.text) for one in self.today.code_lists(name)]
