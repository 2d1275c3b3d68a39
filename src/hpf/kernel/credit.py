"""The unified social credit code of an employer (统一社会信用代码, GB 32100)."""

import re
from dataclasses import dataclass

from stdnum.cn import uscc

from hpf.kernel.text import clean

# python-stdnum also wants a digit in second place and so refuses N2 (rural collectives) and A1; its check digit serves.
_FORM = re.compile(r"[0-9A-HJ-NP-RTUW-Y]{2}[0-9]{6}[0-9A-HJ-NP-RTUW-Y]{10}")


@dataclass(frozen=True, order=True, slots=True)
class CreditCode:
    """A valid code of 18 signs in capitals. Raises ValueError, in Chinese for the user, for anything else."""

    code: str

    def __post_init__(self) -> None:
        """Check form and check digit."""
        if not _FORM.fullmatch(self.code):
            raise ValueError("统一社会信用代码应为18位数字或大写字母（不含I、O、S、V、Z）")
        if uscc.calc_check_digit(self.code[:17]) != self.code[17]:
            raise ValueError("统一社会信用代码校验位不符")

    @classmethod
    def parse(cls, text: str) -> "CreditCode":
        """The code in any spelling: spaces, hyphens, small and full-width letters."""
        return cls(clean(text).replace(" ", "").replace("-", "").upper())

    def __str__(self) -> str:
        """The 18 signs."""
        return self.code
