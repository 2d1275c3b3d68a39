"""Everything that goes wrong, in one shape: problem details (RFC 9457) with a stable code and all errors at once."""

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from hpf.access.tokens import TooManyRequests
from hpf.documents.facts import MaterialRefused
from hpf.engine.intake.drafts import DraftRefused
from hpf.engine.sources import BadCondition
from hpf.kernel.refusal import Refused

log = logging.getLogger("hpf.api")
MEDIA_TYPE = "application/problem+json"
TITLES: Mapping[str, tuple[int, str]] = {
    "unreadable": (400, "请求无法识别"),
    "no_token": (401, "需要有效的访问令牌"),
    "no_scope": (403, "令牌没有此权限"),
    "agent_left": (403, "签发令牌的经办人已不是本单位的经办人"),
    "not_found": (404, "没有此内容，或不属于本单位"),
    "wrong_method": (405, "此地址不支持该方法"),
    "key_used": (409, "该幂等键已用于其他内容"),
    "cannot_print": (409, "凭证暂不能生成"),
    "length_required": (411, "须给出请求长度"),
    "too_large": (413, "请求过大"),
    "wrong_type": (415, "请求的媒体类型不支持"),
    "refused": (422, "未通过校验，没有受理任何记录"),
    "invalid": (422, "请求的内容不正确"),
    "too_many": (429, "请求过于频繁"),
    "failed": (500, "系统出错，本次请求没有产生任何业务结果"),
    "busy": (503, "系统暂时繁忙，请稍后重试"),
}
"""Every code of a problem, with its status and its words."""


class Problem(Exception):
    """A request that is not carried out. `code` is one of `TITLES`; `errors` are entries as `error_of` makes them."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or TITLES[code][1])
        self.code, self.detail, self.errors, self.headers = code, detail, tuple(errors), dict(headers or {})


def error_of(refused: Refused, row: int | None = None) -> dict[str, Any]:
    """One refusal as an entry of `errors`: row from 1, field, value, stable code, words, and what to do."""
    return {
        "row": row,
        "field": refused.field,
        "value": refused.value,
        "code": refused.code,
        "text": refused.text,
        "hint": refused.hint or refused.remedy.label,
        "remedy": refused.remedy.value,
    }


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The response of a problem."""
    status, title = TITLES[problem.code]
    body = {
        "type": f"{reverse('api-docs')}#{problem.code}",
        "title": title,
        "status": status,
        "code": problem.code,
        "detail": problem.detail,
        "errors": list(problem.errors),
    }
    response = JsonResponse(body, status=status, headers=problem.headers, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = MEDIA_TYPE
    return response


_WORDS = {
    "missing": "缺少此项",
    "extra_forbidden": "不认识的栏目",
    "string_type": "应为文字",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "bool_type": "应为 true 或 false",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "literal_error": "不在可选范围内",
    "enum": "不在可选范围内",
    "too_short": "不能为空",
    "too_long": "过多",
    "string_too_short": "过短",
    "string_too_long": "过长",
    "string_pattern_mismatch": "格式不正确",
    "greater_than_equal": "过小",
    "less_than_equal": "过大",
    "uuid_parsing": "没有此内容",
    "date_from_datetime_parsing": "应为日期，如 2026-11-16",
}
"""Pydantic's complaints in words; a kind that is not here is “内容不正确”."""
_SOURCES = frozenset({"query", "path", "header", "form", "file"})


def _field_error(detail: Mapping[str, Any]) -> dict[str, Any]:
    """One complaint of pydantic's; a place inside the rows is told as row and field."""
    path = [
        part for part in detail["loc"] if part not in ("body", "query", "path", "header", "form", "file", "payload")
    ]
    row = int(path[1]) + 1 if len(path) > 1 and path[0] == "rows" and isinstance(path[1], int) else None
    named = path[2:3] if row else path
    field = ".".join(str(part) for part in named) or None
    kind = str(detail["type"])
    return {
        "row": row,
        "field": field,
        "value": None,
        "code": kind,
        "text": _WORDS.get(kind, "内容不正确"),
        "hint": "请按接口说明填写",
        "remedy": "correct",
    }


def invalid(details: Sequence[Mapping[str, Any]]) -> Problem:
    """The problem of a request whose form is wrong, from pydantic's list."""
    return Problem("invalid", "", [_field_error(detail) for detail in details])


_BY_STATUS = {status: code for code, (status, _) in reversed(list(TITLES.items()))}


def _translate(error: Exception) -> Problem:  # noqa: PLR0911 - a table of kinds, one line each
    match error:
        case Problem():
            return error
        case TooManyRequests():
            return Problem("too_many", f"{error.wait} 秒后重试", headers={"Retry-After": str(error.wait)})
        case ValidationError():
            return invalid(error.errors)
        case DraftRefused():
            return Problem("refused", "", [error_of(refused) for refused in error.refused])
        case MaterialRefused() | BadCondition():
            return Problem("invalid", str(error))
        case HttpError() if error.status_code in _BY_STATUS:
            code = _BY_STATUS[error.status_code]
            return Problem(code, headers={"WWW-Authenticate": "Bearer"} if code == "no_token" else None)
        case Http404():
            return Problem("not_found")
        case LookupError() if _says_missing(error):
            return Problem("not_found")
        case RequestDataTooBig() | TooManyFilesSent():
            return Problem("too_large")
        case SuspiciousOperation() | MultiPartParserError() | UnreadablePostError() | UnicodeError():
            return Problem("unreadable")
        case OverflowError():
            return Problem("invalid", "数值或日期超出范围")
        case OperationalError():
            return Problem("busy", headers={"Retry-After": "5"})
    return Problem("failed")


_UNEXPECTED = frozenset({"failed", "busy"})


def _says_missing(error: LookupError) -> bool:
    """Whether it is one of the house's words for “not there”; a plain KeyError is a mistake of ours."""
    return type(error) not in (LookupError, KeyError, IndexError)


def _handled(request: HttpRequest, error: Exception) -> HttpResponse:
    problem = _translate(error)
    if problem.code in _UNEXPECTED:
        log.error("%s %s", request.method, request.path, exc_info=error)
    return answer(request, problem)


def register(api: NinjaAPI) -> None:
    """Every exception of the API's views is answered in this shape; what nobody expected is logged as well."""
    handler: Callable[..., HttpResponse] = _handled
    for kind in (Exception, Http404, HttpError, ValidationError):
        api.add_exception_handler(kind, handler)


def method_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A refusal of the method in our shape; any other response as it is."""
    if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
        return response
    return answer(request, Problem("wrong_method", headers={"Allow": response["Allow"]}))
