"""Why something is refused: the enumeration an item declares, and one refusal of one row as it is shown and stored."""

import enum
from dataclasses import asdict, dataclass
from typing import Self


class Remedy(enum.StrEnum):
    """What the user can do about a refusal."""

    CORRECT = "correct"
    LATER = "later"
    COUNTER = "counter"
    REVIEW = "review"

    @property
    def label(self) -> str:
        """The remedy in Chinese."""
        return {
            "correct": "请更正后重新提交",
            "later": "请稍后办理",
            "counter": "请至中心柜面办理",
            "review": "由中心人工核实",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Reason:
    """The text of a refusal, with {placeholders} that `refuse` fills; the field it is about; a hint; the remedy."""

    text: str
    field: str | None = None
    hint: str = ""
    remedy: Remedy = Remedy.CORRECT


@dataclass(frozen=True, slots=True)
class Refused:
    """One refusal of one row: code, texts ready to show, the field and the value it is about."""

    code: str
    text: str
    field: str | None
    value: str | None
    hint: str
    remedy: Remedy

    def to_json(self) -> dict[str, str | None]:
        """A dictionary of strings for a JSON column."""
        return {**asdict(self), "remedy": self.remedy.value}

    @classmethod
    def from_json(cls, stored: dict[str, str | None]) -> Self:
        """The refusal stored by `to_json`. Raises KeyError or ValueError for anything else."""
        text_of = {name: stored[name] or "" for name in ("code", "text", "hint", "remedy")}
        remedy = Remedy(text_of.pop("remedy"))
        return cls(**text_of, field=stored["field"], value=stored["value"], remedy=remedy)


class Refusal(enum.Enum):
    """Base of an item's refusals: members valued Reason, defined in order of precedence.

    Two members with equal reasons are an error (ValueError at import): Enum would silently make one of them.
    """

    def __init_subclass__(cls) -> None:
        """Refuse aliases."""
        super().__init_subclass__()
        enum.unique(cls)

    @property
    def code(self) -> str:
        """The stable name of the refusal in API and storage."""
        return self.name.lower()

    @property
    def reason(self) -> Reason:
        """Text, field, hint and remedy."""
        reason: Reason = self.value
        return reason

    @property
    def precedence(self) -> int:
        """0 for the refusal that is told first."""
        return type(self)._member_names_.index(self.name)

    def refuse(self, field: str | None = None, value: str | None = None, **params: object) -> Refused:
        """This refusal of one row. `params` fill the placeholders of text and hint; KeyError when one is missing."""
        reason = self.reason
        return Refused(
            code=self.code,
            text=reason.text.format(**params),
            field=field or reason.field,
            value=value,
            hint=reason.hint.format(**params),
            remedy=reason.remedy,
        )
