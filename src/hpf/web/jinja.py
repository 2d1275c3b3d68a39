"""The template environment of all pages: how values are written, and the few functions templates may call."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django_htmx.jinja import htmx_script
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from hpf.kernel.clock import TZ
from hpf.kernel.identity import IdNumber, IdType
from hpf.kernel.month import Month
from hpf.kernel.names import mask_name, mask_phone
from hpf.web import shapes
from hpf.web.frame import Frame

_SPRITE = Path(__file__).parent / "static" / "hpf" / "icons.svg"
_WEEKDAYS = "一二三四五六日"


def environment(**options: Any) -> Environment:
    """The environment that Django's Jinja2 backend asks for: a name that is not there is an error, not nothing."""
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    env = Environment(autoescape=True, **{key: value for key, value in options.items() if key != "autoescape"})
    filters: dict[str, Callable[..., Any]] = {
        "show": show, "typed": typed, "money": str, "month": month, "thousands": thousands, "datetime": moment,
        "date": date_chinese, "weekday": weekday, "mask_id": mask_id, "mask_name": mask_name, "mask_phone": mask_phone,
    }  # fmt: skip
    env.filters.update(filters)
    env.globals.update(
        url=url, static=static, icon=icon, htmx_script=htmx_script, shape=_shape, ui=shapes, frame=Frame()
    )
    return env


def show(value: object) -> str:
    """A value as a reader sees it.

    Money 1,234.56; a count 1,234; a month 2026-11; a moment 2026-11-16 09:30 (China time); a day 2026-11-16; yes and no
    as 是 and 否; an enumeration by its Chinese label; None as nothing. Anything else as its text, Markup as Markup.
    """
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Enum):
        return value
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return str(value)


def typed(value: object) -> str:
    """A value as it stands in an input: like `show`, but counts without separators, enumerations by their code."""
    if isinstance(value, Enum):
        return str(value.value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else show(value)


def thousands(count: int) -> str:
    """12345 → 12,345. For counts, never for numbers that name something."""
    return f"{count:,}"


def month(value: Month | int) -> str:
    """2026-11, of a Month or of the stored number 202611."""
    return str(value if isinstance(value, Month) else Month.from_int(value))


def moment(value: datetime, seconds: bool = False) -> str:
    """2026-11-16 09:30 in China time; an unaware moment is refused because nobody can say what it means."""
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return value.astimezone(TZ).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def date_chinese(value: date) -> str:
    """2026年11月16日; of a moment the day in China."""
    day = value.astimezone(TZ) if isinstance(value, datetime) else value
    return f"{day.year}年{day.month}月{day.day}日"


def weekday(value: date) -> str:
    """星期一 to 星期日."""
    return "星期" + _WEEKDAYS[value.weekday()]


def mask_id(number: str) -> str:
    """An identity number as lists show it: first six and last four characters (domain-values B)."""
    return IdNumber(IdType.RESIDENT, number).masked()


def url(name: str, *args: object, **kwargs: object) -> str:
    """Address of a named page inside the current centre."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def icon(name: str, size: str = "") -> Markup:
    """One of our icons, unseen by screen readers: words stand beside it. `size`: "", "sm" or "lg". May be KeyError."""
    if name not in icon_names():
        raise KeyError(f"no icon {name!r} in {_SPRITE.name}")
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        f"icon {size}".strip(), static("hpf/icons.svg"), name
    )


@cache
def icon_names() -> frozenset[str]:
    """The names in the sprite."""
    return frozenset(re.findall(r'<symbol id="([^"]+)"', _SPRITE.read_text(encoding="utf-8")))


_WRITERS: tuple[
    tuple[type, Callable[[Any], str]], ...
] = (  # in this order: an enumeration may be an int, a bool is one
    (Enum, lambda value: str(getattr(value, "label", value))),
    (bool, lambda value: "是" if value else "否"),
    (int, thousands),
    (datetime, moment),
    (time, lambda value: f"{value:%H:%M}"),
)


def _shape(value: object) -> str:
    """Which of `hpf.web.shapes` a value is, for the macro that writes cells."""
    return type(value).__name__
