"""Answers to requests that got none: what happened, whether anything is lost, and what to do.

Wired by the site: `handler400 = "hpf.web.errors.bad_request"` and so on; CSRF_FAILURE_VIEW is `hpf.web.errors.expired`.
The page is made of the default frame only, so that it comes even when the database does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template

from hpf.web.shapes import Action, Look

_HOME = Action("返回首页", href="/", icon="home", look=Look.PRIMARY)
_LOGIN = Action("重新登录", href="/login/", icon="user", look=Look.PRIMARY)


@dataclass(frozen=True, slots=True)
class Explained:
    """One error page: HTTP status, the words, and the ways on."""

    status: int
    title: str
    text: str
    cure: str
    icon: str = "alert"
    actions: Sequence[Action] = (_HOME,)


BAD_REQUEST = Explained(
    400, "请求无法识别", "提交的内容不完整，或已被改动，系统没有处理。", "请返回上一页，刷新后重新提交。"
)
DENIED = Explained(
    403, "无权办理", "您的账号不能办理该业务或查看该内容。", "如确需办理，请由本单位已登记的经办人登录。", "lock"
)
NOT_FOUND = Explained(
    404,
    "页面不存在",
    "地址有误，或该内容不属于当前单位。",
    "请从菜单重新进入；若刚切换过单位，请先切回原单位。",
    "search",
)
FAILED = Explained(
    500,
    "系统出错了",
    "本次操作没有完成，没有产生任何业务结果。",
    "请稍后再试；若仍出现，请告知中心发生的时间。",
    "warn",
)
BUSY = Explained(503, "系统暂时无法服务", "系统正在维护或繁忙。已保存的数据不会丢失。", "请几分钟后再试。", "clock")
TOO_LARGE = Explained(
    413,
    "一次提交的内容过大",
    "本次提交没有处理，之前已保存的内容和已上传的文件都还在。",
    "一次最多上传 {most} MB，请分几次上传。",
)
EXPIRED = Explained(
    403,
    "登录已过期",
    "长时间没有操作，本次提交没有处理。",
    "请重新登录后回到原页面；单笔录入已保存，导入的清册在保留时间内仍在。",
    "clock",
    (_LOGIN,),
)


def page(request: HttpRequest, error: Explained) -> HttpResponse:
    """The page of an error with its status."""
    text = get_template("errors/error.jinja").render({"error": error}, request)
    return HttpResponse(text, status=error.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: Django refused to read the request."""
    return page(request, BAD_REQUEST)


def too_large(request: HttpRequest, most: int) -> HttpResponse:
    """413: more than `most` bytes in one request, of which none were read."""
    return page(request, replace(TOO_LARGE, cure=TOO_LARGE.cure.format(most=most >> 20)))


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return page(request, DENIED)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: there is no such page, or it is somebody else's."""
    return page(request, NOT_FOUND)


def failed(request: HttpRequest) -> HttpResponse:
    """500: the transaction was rolled back."""
    return page(request, FAILED)


def busy(request: HttpRequest) -> HttpResponse:
    """503: for a view that meets a closed door outside, or maintenance."""
    response = page(request, BUSY)
    response["Retry-After"] = "120"
    return response


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token no longer fits, as a rule because the login expired while the form was open."""
    return page(request, EXPIRED)
