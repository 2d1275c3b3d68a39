"""Reading a JSON body: its size was judged at the door; here what it says becomes typed, or a problem."""

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar

from django.http import HttpRequest
from pydantic import BaseModel
from pydantic import ValidationError as Invalid

from hpf.api.problems import Problem, invalid

_ODD_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
M = TypeVar("M", bound=BaseModel)


def read(request: HttpRequest, model: type[M]) -> M:
    """The body as `model`. Raises Problem. Numbers with a point keep their digits: no float comes near money."""
    if request.content_type != "application/json":
        raise Problem("wrong_type", "请以 application/json 发送")
    try:
        raw = request.read()
        sent = json.loads(raw.decode(), parse_float=str, parse_constant=_no_constant)
        if _ODD_ESCAPE.search(raw):
            _refuse_unstorable(sent)
    except (ValueError, RecursionError):
        raise Problem("unreadable", "不是有效的 JSON") from None
    try:
        return model.model_validate(sent)
    except Invalid as error:
        raise invalid(error.errors(include_url=False, include_input=False)) from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _refuse_unstorable(sent: object) -> None:
    """Escapes can spell what no text may hold: NUL, and halves of characters. Raises ValueError."""
    for text in _texts(sent):
        if "\0" in text:
            raise ValueError("NUL")
        text.encode()


def _texts(sent: object) -> Iterator[str]:
    if isinstance(sent, str):
        yield sent
    elif isinstance(sent, dict):
        for key, value in sent.items():
            yield key
            yield from _texts(value)
    elif isinstance(sent, list):
        for value in sent:
            yield from _texts(value)
