"""The door of the desk: who of the staff stands there, with which roles, and what they may open."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.messages import ERROR, get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import get_template
from django.urls import reverse

from hpf.access import readers as access
from hpf.access.actor import Actor, Role
from hpf.access.tenancy import CentreInfo
from hpf.documents import listings as documents
from hpf.dues import listings as dues
from hpf.engine import listings as engine
from hpf.engine.worklists import ReviewCounts, review_counts
from hpf.kernel.clock import Clock
from hpf.policy import readers as policy
from hpf.policy.readers import current_rules
from hpf.runs import listings as runs
from hpf.web import errors
from hpf.web.desk.permissions import BOOKS, CASES, DOCUMENTS, LOGINS, POLICY_MAKERS, TEXTS, TRAIL, Right
from hpf.web.frame import Crumb, DemoClock, Frame, MenuGroup, MenuItem
from hpf.web.shapes import Notice, Tone

ENTERED = "desk_entered"
"""In the session once password and second factor were both right; a session of the hall does not have it."""


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of the centre's staff at work."""

    user_id: int
    name: str
    roles: frozenset[Role]

    @property
    def actor(self) -> Actor:
        """As whom verbs are called."""
        return Actor.staff(self.user_id, self.name, self.roles)

    def may(self, right: Right) -> bool:
        """Whether one of the roles has this right."""
        return bool(self.roles & right.roles)


class DeskRequest(HttpRequest):
    """A request at the desk, with what the middleware and `staff` have put on it."""

    centre: CentreInfo
    clock: Clock
    htmx: Any
    staff: Staff


View = Callable[..., HttpResponseBase]


def staff(right: Right) -> Callable[[View], View]:
    """Lets staff with this right at this centre through; a stranger gets the login, anybody else a 403."""

    def guard(view: View) -> View:
        @wraps(view)
        def seen(request: DeskRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if not request.user.is_authenticated or ENTERED not in request.session:
                if request.htmx:
                    return HttpResponse(status=403)
                back = request.get_full_path() if request.method == "GET" else reverse("desk")
                return HttpResponseRedirect(f"/desk-login?{urlencode({'next': back})}")
            roles = access.roles(int(request.user.pk), request.centre.code)
            if not roles & right.roles:
                return errors.page(request, errors.DENIED)
            request.staff = Staff(int(request.user.pk), str(request.user.name), roles)
            return view(request, *args, **kwargs)

        return seen

    return guard


@dataclass(frozen=True, slots=True)
class Waiting:
    """What asks for attention: cases to review and for a person, runs that failed, receipts nobody could place,
    documents that somebody wants revoked.
    """

    reviews: ReviewCounts
    cases: int
    failed_runs: int
    receipts: int
    revocations: int


def waiting(request: DeskRequest) -> Waiting:
    """The numbers beside the menu; a fixed number of queries."""
    reviews = review_counts(request.staff.user_id, request.clock.today())
    return Waiting(
        reviews,
        engine.cases_with_person().total,
        runs.failed_runs(),
        dues.receipts_with_problem(size=1).total,
        documents.waiting_revocations(),
    )


def render(
    request: DeskRequest, template: str, context: Mapping[str, object], *, current: str, status: int = 200
) -> HttpResponse:
    """A page of the desk; `current` is the name of its address."""
    counts = waiting(request)
    text = get_template(template).render(
        {"frame": _frame(request, current, counts), "counts": counts, **context}, request
    )
    response = HttpResponse(text, status=status)
    response["Cache-Control"] = "no-store"
    return response


def crumbs(*labels: tuple[str, str] | str) -> tuple[Crumb, ...]:
    """The way here: 工作台 first, then (label, address) or, for this page, the label alone."""
    told = [("工作台", reverse("desk")), *labels]
    return tuple(Crumb(entry) if isinstance(entry, str) else Crumb(*entry) for entry in told)


def _frame(request: DeskRequest, current: str, counts: Waiting) -> Frame:
    now, who = request.clock.now(), request.staff
    today = current_rules().at(now.date())
    return Frame(
        centre_name=today.centre_name,
        home=reverse("desk"),
        user_name=who.name,
        role_name=" · ".join(role.label for role in Role if role in who.roles),
        logout=reverse("desk-logout"),
        account=reverse("desk-account"),
        verify=reverse("verify"),
        menu=_menu(who, current, counts),
        messages=_messages(request),
        demo=DemoClock(now, reverse("clock")) if settings.DEMO else None,
        now=now,
    )


def _menu(who: Staff, current: str, counts: Waiting) -> tuple[MenuGroup, ...]:
    def item(label: str, name: str, icon: str, count: int = 0) -> MenuItem:
        return MenuItem(label, reverse(name), icon, name == current, count)

    groups = [MenuGroup("", (item("工作台", "desk", "grid"),))]
    work = [item("批处理控制台", "desk-runs", "play", counts.failed_runs)]
    if who.may(CASES):
        reviews = item("审核", "desk-reviews", "stamp", counts.reviews.waiting)
        work[:0] = [reviews, item("需人工处理", "desk-cases", "user-check", counts.cases)]
    if who.may(TEXTS):
        work.append(item("短信", "desk-texts", "inbox"))
    if who.may(DOCUMENTS):
        work.append(item("凭证", "desk-papers", "receipt", counts.revocations))
    groups.append(MenuGroup("办理", work))
    if who.may(BOOKS):
        money = (item("未落实到账", "desk-receipts", "bank", counts.receipts), item("账务核对", "desk-books", "coins"))
        groups.append(MenuGroup("账务", money))
    undecided = policy.waiting(but_not_by=who.user_id) if who.may(POLICY_MAKERS) else 0
    groups.append(MenuGroup("政策", (item("参数与政策", "desk-policy", "sliders", undecided),)))
    if who.may(LOGINS):
        groups.append(MenuGroup("管理", (item("工作人员与权限", "desk-staff", "users"),)))
    if who.may(TRAIL):
        groups.append(MenuGroup("稽核", (item("操作留痕", "desk-trail", "list-search"),)))
    return tuple(groups)


def _messages(request: HttpRequest) -> tuple[Notice, ...]:
    found = get_messages(request)
    return tuple(Notice(str(m), Tone.BAD if m.level >= ERROR else Tone.GOOD) for m in found)
