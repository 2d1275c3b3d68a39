"""Closed lists whose members are stored as a code and shown as words: most lists of the trade are of this kind."""

from __future__ import annotations

from enum import StrEnum


class Labelled(StrEnum):
    """A stored code (`value`) with the words that screens show for it (`label`): `NORMAL = "01", "正常"`."""

    label: str

    def __new__(cls, code: str, label: str = "") -> Labelled:
        """Take the code as the member's value and keep the label beside it (the default serves look-ups by code)."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member
