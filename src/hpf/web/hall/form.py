"""Step 1, 在线填表: for which employer account, what the system knows of it, the list, the 声明 (B1.1)."""

from typing import Any

from django.http import HttpResponseBase, HttpResponseRedirect

from hpf.engine import readers
from hpf.engine.catalogue import Offer, catalogue
from hpf.engine.declare import Enquiry, Source
from hpf.engine.facts import Draft
from hpf.engine.intake import drafts
from hpf.engine.intake.drafts import Desk
from hpf.engine.sources import Asking, source
from hpf.policy.parameters import DayRules
from hpf.web.hall import listing
from hpf.web.hall.entry import HallRequest, Visitor, choose_account, desk_of, fields_sent, step
from hpf.web.hall.notes import month_notices
from hpf.web.hall.present import STEPS, crumbs, render, totalled, yuan
from hpf.web.hall.sitting import refusing
from hpf.web.shapes import Action, Fact, Field, FieldKind, Figure, Look, Notice, Option, Problem, Table, Tone


@refusing
def page(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """Shows the form; POST is “下一步”. Choosing another account in the drop-down begins anew for that account."""
    chosen = account_asked_for(request)
    if chosen != request.visitor.applicant.account_no:
        choose_account(request, chosen)
        return HttpResponseRedirect(step(offer))
    desk = desk_of(request, offer.service)
    if request.method == "POST":
        return _next(request, offer, desk)
    return _show(request, offer, desk, _draft(desk, request.GET.get("visit", "")), ())


def account_asked_for(request: HallRequest) -> str:
    """The account of the drop-downs; after a change of the branch alone, the first account there."""
    visitor = request.visitor
    account_no = request.GET.get("account", visitor.applicant.account_no)
    branch = request.GET.get("branch", visitor.applicant.branch_code)
    if branch == visitor.applicant.branch_code:
        return account_no
    there = [own.account_no for own in visitor.accounts if own.branch_code == branch]
    return account_no if account_no in there or not there else there[0]


def _draft(desk: Desk, visit: str) -> Draft | None:
    """The list of this visit; without a visit none is entered and none is dropped."""
    if not visit:
        return None
    return drafts.enter(desk.actor, desk.at, desk.judging.applicant.id, desk.judging.item, visit)


def _next(request: HallRequest, offer: Offer, desk: Desk) -> HttpResponseBase:
    sent, visit = fields_sent(request), request.POST.get("visit", "")
    draft = _draft(desk, visit)
    problems = []
    if draft is None or not draft.rows or not draft.confirmed:
        problems.append(Problem(f"请先进入“{offer.entry}”填写清册，并点击“确认”", "entry"))
    wants_tick = bool(desk.judging.rules.today.declaration(offer.service.code))
    if wants_tick and sent.get("declared") != "1":
        problems.append(Problem("请阅读并勾选声明", "f-declared"))
    if draft is None or problems:
        return _show(request, offer, desk, draft, problems)
    drafts.declare(desk, draft.id, visit, {})
    return HttpResponseRedirect(step(offer, "materials", visit=visit))


def _show(
    request: HallRequest, offer: Offer, desk: Desk, draft: Draft | None, problems: "tuple[()] | list[Problem]"
) -> HttpResponseBase:
    today, visit = desk.judging.rules.today, draft.visit if draft else ""
    waiting = readers.draft(desk.judging.applicant.id, offer.service.code) if draft is None else None
    confirmed = draft is not None and draft.confirmed and draft.rows > 0
    declared_error = next((p.text for p in problems if p.field_id == "f-declared"), "")
    context: dict[str, Any] = {
        "current": offer.service.code,
        "offer": offer,
        "crumbs": crumbs((offer.service.group.value, step(offer)), offer.service.title),
        "steps": STEPS,
        "problems": problems,
        "notices": [*month_notices(desk), *_at_work(offer, waiting)],
        "choices": account_choices(request.visitor, today),
        "facts": facts_of(request.visitor, desk),
        "figures": _figures(desk, draft) if draft is not None and confirmed else (),
        "kept": waiting.rows if waiting and waiting.expires_at is None else 0,
        "entry": Action(offer.entry, step(offer, "list", visit=visit), "edit",
                        Look.PLAIN if confirmed else Look.PRIMARY),
        "declaration": today.declaration(offer.service.code),
        "tick": Field("declared", "本单位已阅读并同意以上声明", FieldKind.CHECK, bool(draft and draft.declared),
                      required=True,
                      span=4, error=declared_error),
        "visit": visit,
        "records": _records(offer, desk),
        "bottom": (Action("下一步", icon="arrow-right", look=Look.PRIMARY if confirmed else Look.PLAIN, form="next"),),
    }  # fmt: skip
    return render(request, "hall/form.jinja", context, status=422 if problems else 200)


def _at_work(offer: Offer, waiting: Draft | None) -> list[Notice]:
    """The way back to a list that a worker is still busy with; entering anew would stop it."""
    if waiting is None or waiting.work_id is None:
        return []
    back = Action("返回查看进度", step(offer, "list/progress", visit=waiting.visit), "arrow-right")
    return [Notice("清册正在后台导入或核对。重新进入本业务会取消它。", Tone.WARN, actions=(back,))]


def _records(offer: Offer, desk: Desk) -> tuple[Table, Action] | None:
    """业务申请记录 below the form, the newest, and the way to all, where the centre lists applications (HH-3.4-02)."""
    for other in catalogue().offers:
        service = other.service
        if not isinstance(service, Enquiry) or service.of != offer.service.code:
            continue
        if service.listing.source is Source.RECORDS_OF_ITEM:
            asking = Asking(desk.judging.applicant, desk.judging.rules, {}, service.of)
            found = source(service.listing.source).page(asking, 1)
            shown = listing.table(listing.Place(other, service.listing), found, "业务申请记录", everything=True)
            return shown, Action("查询全部记录", step(other), "list-search")
    return None


def account_choices(visitor: Visitor, today: DayRules) -> list[Field]:
    """The two drop-downs; they offer the visitor's own accounts only (HZ-2.4.1-02, -03, HZ-1.3-10)."""
    account = visitor.applicant
    mine = {own.branch_code for own in visitor.accounts}
    branches = [Option(branch.code, branch.name) for branch in today.branches if branch.code in mine]
    here = [own for own in visitor.accounts if own.branch_code == account.branch_code]
    accounts = [Option(own.account_no, f"{own.account_no}　{own.name}（{own.fund.label}）") for own in here]
    return [
        Field("branch", "缴存地公积金中心", FieldKind.SELECT, account.branch_code, required=True, options=branches),
        Field(
            "account",
            "单位住房公积金账号",
            FieldKind.SELECT,
            account.account_no,
            required=True,
            options=accounts,
            span=2,
        ),
    ]


def facts_of(visitor: Visitor, desk: Desk) -> list[Fact]:
    """What the system fills in (显)."""
    account, calendar = visitor.applicant, desk.judging.rules.book.calendar
    month = calendar.business_month(desk.at)
    cutoff = calendar.cutoff(month)
    left = (cutoff - desk.at.date()).days
    return [
        Fact("单位名称", account.name),
        Fact("统一社会信用代码", account.credit_code),
        Fact("单位客户号", account.customer_no),
        Fact("资金性质", account.fund),
        Fact("缴存方式", desk.judging.rules.today.texts.deposit_method(account.method.value)),
        Fact("缴存比例", f"单位 {account.employer_rate} / 个人 {account.personal_rate}"),
        Fact("正常缴存人数", account.normal_count, hint="人"),
        Fact("当前业务年月", month),
        *(
            [Fact("本月申报截止日", cutoff, hint=f"剩 {left} 天" if left else "今天截止")]
            if calendar.has_cutoff(month)
            else ()
        ),
        Fact("经办人姓名", visitor.name),
        Fact("移动电话", visitor.telephone),
    ]


def _figures(desk: Desk, draft: Draft) -> list[Figure]:
    """本次申报人数 and the total, once the list is confirmed."""
    shown = totalled(desk.judging.item)
    sums = readers.draft_totals(draft.id, [s.key for s in shown])
    money = [Figure(f"{s.label.removeprefix('合计')}合计（元）", yuan(sums[s.key]), key=s is shown[-1]) for s in shown]
    return [Figure("本次申报人数", draft.rows, "人"), *money]
