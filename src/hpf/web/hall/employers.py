"""Choosing the employer account to work for: a payroll bureau has hundreds, most agents have one (HZ-1.3-10)."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from hpf.kernel.paging import PAGE_SIZE, Page, clamp_page
from hpf.kernel.text import clean
from hpf.notices.readers import unread_of_many
from hpf.parties.facts import EmployerAccountFacts
from hpf.policy.readers import current_rules
from hpf.web.hall.entry import HallRequest, agent, choose_account, say
from hpf.web.hall.present import crumbs, pager, render
from hpf.web.shapes import Action, Column, ColumnKind, Field, FieldKind, Row, Table, Tag, Tone

_COLUMNS = (
    Column("name", "单位名称", ColumnKind.NAME, pin=True),
    Column("account_no", "单位住房公积金账号", ColumnKind.CODE),
    Column("credit_code", "统一社会信用代码", ColumnKind.CODE),
    Column("fund", "资金性质"),
    Column("method", "缴存方式"),
    Column("normal", "正常缴存人数", ColumnKind.COUNT),
    Column("unread", "未读消息", ColumnKind.COUNT),
    Column("status", "账户状态", ColumnKind.TAG),
)


@agent
def page(request: HallRequest) -> HttpResponseBase:
    """The visitor's own employer accounts, and only these; searched by name, account number or credit code."""
    text, back = clean(request.GET.get("q", "")), request.GET.get("next", "")
    accounts = request.visitor.accounts
    found = [a for a in accounts if text in a.name or text in a.account_no or text.upper() in a.credit_code]
    number = clamp_page(request.GET.get("page", 1), len(found))
    shown = Page(found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], len(found), number)
    unread = unread_of_many(request.visitor.user_id, {account.employer_id for account in shown.items})
    words = current_rules().at(request.clock.today()).texts.deposit_method
    table = Table(
        "单位账号",
        _COLUMNS,
        [_row(account, request, words, back, unread.get(account.employer_id, 0)) for account in shown.items],
        total={"normal": sum(account.normal_count for account in found)},
        count=len(found),
        unit="个账号",
        sorted_by="单位住房公积金账号",
        empty="没有符合条件的单位",
        id="accounts",
        wide=True,
        pager=pager(shown, {"q": text, "next": back}, "#accounts", "个账号"),
    )
    search = [
        Field("q", "查找单位", FieldKind.SEARCH, text, placeholder="单位名称、账号或信用代码", prefix="q"),
        Field("next", "", FieldKind.HIDDEN, back),
    ]
    context = {"table": table, "search": search, "crumbs": crumbs("选择单位"), "must": request.visitor.account is None}
    return render(request, "hall/employers.jinja", context)


def _row(
    account: EmployerAccountFacts, request: HallRequest, words: Callable[[str], str], back: str, unread: int
) -> Row:
    current = request.visitor.account is not None and account.id == request.visitor.account.id
    address = reverse("employer", args=[account.account_no])
    label = "继续办理" if current else "为该单位办理"
    cells = {
        "name": account.name,
        "account_no": account.account_no,
        "credit_code": account.credit_code,
        "fund": account.fund,
        "method": words(account.method.value),
        "normal": account.normal_count,
        "unread": unread,
        "status": Tag(account.status.label, Tone.GOOD if account.normal_count else Tone.PLAIN),
    }
    there = f"{address}?{urlencode({'next': back})}" if back else address
    return Row(cells, selected=current, actions=(Action(label, there),))


@agent
def choose(request: HallRequest, account_no: str) -> HttpResponseBase:
    """Works for this account from now on; 404 when it is not one of the visitor's."""
    if not choose_account(request, account_no):
        raise Http404
    back = request.GET.get("next", "")
    name = next(a.name for a in request.visitor.accounts if a.account_no == account_no)
    say(request, f"现在办理的单位：{name}（{account_no}）")
    safe = back.startswith(reverse("home")) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return HttpResponseRedirect(back if safe else reverse("home"))
