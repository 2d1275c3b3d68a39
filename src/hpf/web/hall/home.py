"""The pages around the items: login, workbench, the list of all items, help, and items that point elsewhere."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout as end_session
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import get_template
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from hpf.access import readers as access
from hpf.access.tenancy import centres
from hpf.engine import listings, readers
from hpf.engine.catalogue import Offer, catalogue
from hpf.engine.declare import Enquiry, FormKind, Item, Redirect
from hpf.engine.facts import CaseState
from hpf.outside import portal
from hpf.policy.book import Rules
from hpf.policy.parameters import CalendarRules
from hpf.policy.readers import current_rules
from hpf.web.frame import MenuItem
from hpf.web.hall import checking, own_check
from hpf.web.hall.entry import HallRequest, agent, at_work, is_agent, step, user_id_of
from hpf.web.hall.present import case_tag, crumbs, icon_of, is_late, render
from hpf.web.shapes import (
    Action,
    Column,
    ColumnKind,
    Fact,
    Figure,
    Notice,
    Row,
    Table,
    Tag,
    Tone,
)

_RECENT = 8
_FORMS = {FormKind.ROSTER: "清册申报", FormKind.SELECTION: "选择办理", FormKind.CERTIFICATE: "凭证打印"}
_CASES = (
    Column("no", "业务流水号", ColumnKind.CODE, pin=True),
    Column("title", "事项"),
    Column("at", "申报时间", ColumnKind.TIME),
    Column("total", "总笔数", ColumnKind.COUNT),
    Column("failed", "失败笔数", ColumnKind.COUNT),
    Column("state", "状态", ColumnKind.TAG),
)
_SERVICES = (
    Column("title", "事项名称", ColumnKind.NAME, pin=True),
    Column("situation", "办理情形"),
    Column("form", "办理方式"),
    Column("hours", "受理与处理时间", wrap=True),
    Column("go", "在线办理"),
)


def login(request: HallRequest) -> HttpResponseBase:
    """单位登录: the way to the portal, and back to where one came from (HZ-1.3-01, -02; HZ-3-01, -02, -08)."""
    back = request.GET.get("next", "")
    home = reverse("home")
    if not (back.startswith(home) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)):
        back = home
    if request.user.is_authenticated and access.identity(user_id_of(request)):
        return HttpResponseRedirect(back)
    today = current_rules().at(request.clock.today())
    context = {
        "portal": catalogue().portal,
        "address": portal.login_url(back),
        "trouble": portal.TROUBLES.get(request.GET.get("portal", "")),
        "came_back": "next" in request.GET and back != home,
        "hotline": today.hotline,
        "portal_address": today.portal,
        "website": today.website,
        "advice": today.texts.browser_advice,
    }
    return render(request, "hall/login.jinja", context)


def logout(request: HallRequest) -> HttpResponseBase:
    """Asks, then ends the login here and offers to end it at the portal too."""
    if request.method != "POST":
        return render(request, "hall/logout.jinja", {"home": reverse("home")})
    end_session(request)
    if not settings.PORTAL_URL:
        return HttpResponseRedirect(reverse("login"))
    providers: Any = settings.SOCIALACCOUNT_PROVIDERS
    client = providers["openid_connect"]["APPS"][0]["client_id"]
    return HttpResponseRedirect(portal.logout_url(settings.PORTAL_URL, client, f"{settings.PUBLIC_URL}/"))


def front(request: HttpRequest) -> HttpResponseBase:
    """The address without a centre: straight on when there is one centre, a choice when there are several."""
    offered = centres()
    if len(offered) == 1:
        return HttpResponseRedirect(f"/{offered[0].code}/")
    return _choice_of_centre(request, "")


def shared_login(request: HttpRequest) -> HttpResponseBase:
    """LOGIN_URL: to the login of the centre that `next` names, else of the only one; keeps what the portal said."""
    back = request.GET.get("next", "")
    known = [centre.code for centre in centres()]
    code = back.removeprefix("/").partition("/")[0]
    if code not in known and len(known) == 1:
        code = known[0]
    if code not in known:
        return _choice_of_centre(request, "login/")
    told = {key: request.GET[key] for key in ("next", "portal") if key in request.GET}
    return HttpResponseRedirect(f"/{code}/login/" + (f"?{urlencode(told)}" if told else ""))


def _choice_of_centre(request: HttpRequest, path: str) -> HttpResponseBase:
    told = portal.TROUBLES.get(request.GET.get("portal", ""))
    doors = [(MenuItem(centre.name, f"/{centre.code}/{path}", "building"), "") for centre in centres()]
    page = get_template("hall/front.jinja")
    return HttpResponse(page.render({"doors": doors, "trouble": told}, request))


@at_work
def workbench(request: HallRequest) -> HttpResponseBase:
    """工作台: the month and its end, what waits for the agent, the newest cases, the doors to all items."""
    visitor, now = request.visitor, request.clock.now()
    account = visitor.applicant
    book = current_rules()
    month = book.calendar.business_month(now)
    cutoff = book.calendar.cutoff(month)
    recent = listings.cases_of_employer(account.employer_id)
    paying = listings.cases_of_employer(account.employer_id, state=CaseState.AWAITING_PAYMENT)
    to_check = own_check.to_check(visitor)
    left = (cutoff - now.date()).days
    context: dict[str, Any] = {
        "current": "home",
        "crumbs": (),
        "notices": [*checking.reminders(request), *_waiting(request), *(_early(request) or ())],
        "figures": [
            Figure("当前业务年月", month, key=True),
            *([Figure("本月申报截止日", cutoff, note=f"剩 {left} 天" if left else "今天截止",
                      tone=Tone.WARN if left < 3 else Tone.PLAIN)] if book.calendar.has_cutoff(month) else ()),
            Figure("正常缴存人数", account.normal_count, "人"),
            Figure("待支付办件", paying.total, "笔", Tone.WARN if paying.total else Tone.PLAIN),
        ],
        "facts": [
            Fact("单位名称", account.name), Fact("单位住房公积金账号", account.account_no),
            Fact("统一社会信用代码", account.credit_code), Fact("资金性质", account.fund),
            Fact("缴存方式", book.at(now.date()).texts.deposit_method(account.method.value)),
            Fact("缴存比例", f"单位 {account.employer_rate} / 个人 {account.personal_rate}"),
        ],
        "doors": [(MenuItem(o.service.title, step(o), icon_of(o.service)), o.situation) for o in catalogue().offers],
        "cases": _recent(recent.items[:_RECENT], recent.total),
        "to_check": own_check.first_of(to_check, _RECENT) if to_check.total else None,
    }  # fmt: skip
    return render(request, "hall/home.jinja", context)


def _waiting(request: HallRequest) -> list[Notice]:
    """Typed rows that were never submitted (HZ-2.4.1-08)."""
    found = []
    for offer in catalogue().offers:
        if not isinstance(offer.service, Item) or offer.service.form is not FormKind.ROSTER:
            continue
        draft = readers.draft(request.visitor.applicant.id, offer.service.code)
        if draft is not None and draft.rows and draft.expires_at is None:
            who = f"{draft.edited_by} {draft.edited_at:%m-%d %H:%M}"
            text = f"“{offer.service.title}”有 {draft.rows} 条录入的记录尚未提交（{who}）"
            found.append(Notice(text, Tone.WARN, actions=(Action("继续办理", step(offer, "list")),)))
    return found


def _early(request: HallRequest) -> list[Notice] | None:
    book, now = current_rules(), request.clock.now()
    closed = book.calendar.closed_early(now)
    if closed is None:
        return None
    day = book.calendar.cutoff(closed)
    text = book.at(now.date()).texts.closed_early.format(month=closed, day=day, next_month=closed + 1)
    return [Notice(text, Tone.WARN)]


def _recent(cases: Any, total: int) -> Table:
    rows = [
        Row(
            {"no": Action(case.no, reverse("case", args=[case.no])), "title": _title(case.item_code),
             "at": case.declared_at, "total": case.total, "failed": case.failed, "state": case_tag(case)},
            tone=Tone.LATE if is_late(case) else Tone.PLAIN,
        )
        for case in cases
    ]  # fmt: skip
    return Table("最近办件", _CASES, rows, count=total, unit="笔", sorted_by="申报时间由近到远", empty="还没有办件")


def _title(code: str) -> str:
    return next((offer.service.title for offer in catalogue().offers if offer.service.code == code), code)


@at_work
def services(request: HallRequest) -> HttpResponseBase:
    """All items of the centre by group, each with its own way in (HZ-1.3-09)."""
    book = current_rules()
    today = book.at(request.clock.today())
    groups: dict[str, list[Row]] = {}
    for offer in catalogue().offers:
        service = offer.service
        waits = service.code in today.items_under_daily_cutoff and today.daily_cutoff is not None
        hours = f"24小时受理；{today.daily_cutoff:%H:%M}后申报的次日处理" if waits else "24小时受理，即时处理"
        if service.code in today.items_under_review:
            hours = f"24小时受理；中心{today.review_workdays(service.code)}个工作日内审核，通过后立即办结"
        cells = {
            "title": service.title,
            "situation": offer.situation,
            "form": _way(offer),
            "hours": "" if isinstance(service, Enquiry | Redirect) else hours,
            "go": Action("在线办理", step(offer), "arrow-right"),
        }
        groups.setdefault(service.group.value, []).append(Row(cells))
    tables = [
        Table(name, _SERVICES, rows, count=len(rows), unit="项", sorted_by="办事指南顺序")
        for name, rows in groups.items()
    ]
    return render(
        request, "hall/services.jinja", {"current": "services", "crumbs": crumbs("全部事项"), "tables": tables}
    )


def _way(offer: Offer) -> Tag:
    service = offer.service
    if isinstance(service, Enquiry):
        return Tag("查询")
    if isinstance(service, Redirect):
        return Tag("指引")
    return Tag(_FORMS[service.form], Tone.INFO)


def redirected(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """An item without a form: where the business is handled, and the way there (HZ-2.3-01)."""
    service = offer.service
    if not isinstance(service, Redirect):
        raise TypeError(f"{service.code} has a form of its own")
    target = catalogue().offer(service.to)
    context = {
        "current": service.code,
        "crumbs": crumbs(service.title),
        "title": service.title,
        "text": service.text,
        "go": Action(f"前往“{target.service.title}”", step(target), "arrow-right"),
    }
    return render(request, "hall/redirect.jinja", context)


def help_page(request: HallRequest) -> HttpResponseBase:
    """办事指南: months and hours, workbooks, payment, browsers, telephone numbers; open to everybody."""
    if is_agent(request):
        return _help_inside(request)
    return render(request, "hall/help_public.jinja", _help(current_rules(), request.clock.now()))


@agent
def _help_inside(request: HallRequest) -> HttpResponseBase:
    return render(request, "hall/help.jinja", _help(current_rules(), request.clock.now()))


def _help(book: Rules, now: datetime) -> dict[str, Any]:
    today, month = book.at(now.date()), book.calendar.business_month(now)
    last_day = CalendarRules(book.book, now.date(), "help").business_month_last_day
    months = [month + n for n in range(6)] if book.calendar.makes_dues(month) else []
    rows = []
    for one in months:
        if one.year != month.year:
            break  # the days off of a coming year are not known before its notice
        first, last = book.calendar.window(one)
        pay = f"{book.calendar.first_collection_day(one)} 至 {book.calendar.last_collection_day(one)}"
        made = book.calendar.due_made_on(one)
        rows.append(Row({"month": one, "first": first, "last": last, "made": made, "pay": pay}))
    columns = (
        Column("month", "业务年月", ColumnKind.MONTH, pin=True), Column("first", "申报开始", ColumnKind.TIME),
        Column("last", "申报截止", ColumnKind.TIME), Column("made", "应缴生成", ColumnKind.TIME),
        Column("pay", "缴款或托收", ColumnKind.TIME),
    )  # fmt: skip
    return {
        "current": "help",
        "crumbs": crumbs("办事指南"),
        "texts": today.texts,
        "month_help": today.texts.business_month_help.format(last_day=last_day),
        "today": today,
        "months": Table("业务年月安排", columns, rows, count=len(rows), unit="个月", sorted_by="业务年月"),
    }
