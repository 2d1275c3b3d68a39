"""The door of the hall: who stands there, for which employer account they work, and what each view needs to know of it.

The login says who somebody is; the register of agents says whom they may act for (HZ-1.3-10). Everything a view does is
bound to one employer account of that list, remembered in the session; what belongs to another is not there (404).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from hpf.access import readers as access
from hpf.access.actor import Actor
from hpf.access.tenancy import CentreInfo
from hpf.engine.catalogue import Offer
from hpf.engine.declare import Item, Service
from hpf.engine.intake.drafts import Desk
from hpf.engine.intake.submit import desk_at
from hpf.kernel.clock import Clock
from hpf.parties import readers as parties
from hpf.parties.facts import AgentFacts, EmployerAccountFacts
from hpf.policy.readers import current_rules
from hpf.web.hall.present import render

_ACCOUNT = "hall_account"
_KEPT = "hall_kept"
_CONTROLS = frozenset({"csrfmiddlewaretoken", "visit", "no", "do", "back"})
"""What our forms carry beside the fields of an item."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """An agent in the hall. `account` is None while one of several has to be chosen."""

    user_id: int
    name: str
    id_no: str
    mobile: str
    accounts: tuple[EmployerAccountFacts, ...]
    account: EmployerAccountFacts | None

    @property
    def applicant(self) -> EmployerAccountFacts:
        """The employer account that is worked for. Raises LookupError while none is chosen."""
        if self.account is None:
            raise LookupError("no employer account is chosen yet")
        return self.account

    @property
    def actor(self) -> Actor:
        """As whom the engine's verbs are called."""
        return Actor.agent(self.user_id, self.name, self.applicant.employer_id)

    @property
    def agent(self) -> AgentFacts | None:
        """The visitor as the register of the employer has them."""
        return next((agent for agent in self.applicant.agents if agent.id_no == self.id_no), None)

    @property
    def telephone(self) -> str:
        """The agent's number as the register has it, else as the portal said."""
        return self.agent.mobile if self.agent else self.mobile


class HallRequest(HttpRequest):
    """A request inside a centre, with what the middleware and `agent` have put on it."""

    centre: CentreInfo
    clock: Clock
    htmx: Any
    visitor: Visitor


View = Callable[..., HttpResponseBase]


def agent(view: View) -> View:
    """Lets an agent through; `request.visitor` says who. Others get the login or the page that says what to do."""

    @wraps(view)
    def seen(request: HallRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_login(request)
        visitor = _visitor(request)
        if visitor is None:
            return _nobodys_agent(request)
        request.visitor = visitor
        return view(request, *args, **kwargs)

    return seen


def is_agent(request: HallRequest) -> bool:
    """Whether somebody is logged in who is the agent of an employer of this centre."""
    return request.user.is_authenticated and _visitor(request) is not None


def at_work(view: View) -> View:
    """Like `agent`, and one employer account is chosen; without one the choice comes first."""

    @agent
    @wraps(view)
    def seen(request: HallRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.visitor.account is None:
            return HttpResponseRedirect(f"{reverse('employers')}?{urlencode({'next': request.get_full_path()})}")
        return view(request, *args, **kwargs)

    return seen


def _nobodys_agent(request: HallRequest) -> HttpResponseBase:
    """Logged in, but no employer of this centre has named this person as its agent."""
    identity = access.identity(user_id_of(request))
    today = current_rules().at(request.clock.today())
    context = {
        "name": identity.name if identity else "",
        "employer": identity.employer_name if identity else "",
        "hotline": today.fund_hotline,
        "hours": today.counter_hours,
    }
    return render(request, "hall/nobody.jinja", context, status=403)


def choose_account(request: HallRequest, account_no: str) -> bool:
    """Works for this account from now on; False when it is not one of the visitor's."""
    if account_no not in {account.account_no for account in request.visitor.accounts}:
        return False
    request.session[_ACCOUNT] = account_no
    return True


def user_id_of(request: HallRequest) -> int:
    """The login; whoever asks has seen that there is one. Raises LookupError otherwise."""
    if request.user.pk is None:
        raise LookupError("nobody is logged in")
    return int(request.user.pk)


def _visitor(request: HallRequest) -> Visitor | None:
    user_id = user_id_of(request)
    identity = access.identity(user_id)
    accounts = tuple(parties.employer_accounts_of_agent(identity.id_no)) if identity else ()
    if identity is None or not accounts:
        return None
    chosen = _remembered(accounts, str(request.session.get(_ACCOUNT, "")), identity.credit_code)
    return Visitor(user_id, identity.name, identity.id_no, identity.mobile, accounts, chosen)


def _remembered(
    accounts: tuple[EmployerAccountFacts, ...], account_no: str, credit_code: str
) -> EmployerAccountFacts | None:
    """The account chosen before; else the only one; else that of the employer the agent came in for."""
    for account in accounts:
        if account.account_no == account_no:
            return account
    if len({account.employer_id for account in accounts}) == 1:
        return accounts[0]
    return next((account for account in accounts if account.credit_code == credit_code), None)


def _to_login(request: HallRequest) -> HttpResponseBase:
    """To the login and back. What was typed into a form that came too late waits in the session (never a password)."""
    if request.htmx:
        return HttpResponse(status=403)
    back = request.get_full_path()
    if request.method != "GET":
        back = _came_from(request)
        keep_typed(request)
    return HttpResponseRedirect(f"{reverse('login')}?{urlencode({'next': back})}")


def _came_from(request: HallRequest) -> str:
    """The page whose form was sent: a path of this centre, else the workbench."""
    home, sent_from = reverse("home"), urlsplit(request.headers.get("Referer", ""))
    if sent_from.netloc != request.get_host() or not sent_from.path.startswith(home):
        return home
    return f"{sent_from.path}?{sent_from.query}" if sent_from.query else sent_from.path


def keep_typed(request: HallRequest) -> None:
    """Keeps the fields of a form that could not be taken, for the page it came from."""
    fields = {key: str(value) for key, value in request.POST.items() if key not in _CONTROLS}
    request.session[_KEPT] = {"at": request.path.removesuffix("save/"), "fields": fields}


def take_kept(request: HallRequest) -> dict[str, str]:
    """What `keep_typed` kept for this page, once."""
    kept = request.session.get(_KEPT)
    if not kept or kept["at"] != request.path:
        return {}
    del request.session[_KEPT]
    return dict(kept["fields"])


def fields_sent(request: HallRequest, *, several: str = "") -> dict[str, str]:
    """The fields of a form without our own controls. A parameter sent twice is refused (400), `several` excepted."""
    for key, values in request.POST.lists():
        if len(values) > 1 and key != several:
            raise SuspiciousOperation(f"{key} was sent {len(values)} times")
    return {key: str(value) for key, value in request.POST.items() if key not in _CONTROLS and key != several}


def number_sent(text: str | None) -> int | None:
    """A row number from a request; None for anything that is not one."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else None


def desk_of(request: HallRequest, item: Service) -> Desk:
    """Where a draft of this item is worked on: by the visitor, now, under the rules of the month of processing.

    404 for a service that is not submitted.
    """
    if not isinstance(item, Item):
        raise Http404
    visitor = request.visitor
    return desk_at(visitor.actor, request.clock.now(), item, visitor.applicant, current_rules())


def step(offer: Offer, name: str = "", **query: object) -> str:
    """Address of a step of an item, e.g. step(offer, "list", visit=…); empty values are left out."""
    code = offer.service.code
    path = reverse("item-step", args=[code, name]) if name else reverse("item", args=[code])
    told = {key: value for key, value in query.items() if value not in ("", None)}
    return f"{path}?{urlencode(told)}" if told else path


def say(request: HallRequest, text: str, *, bad: bool = False) -> None:
    """A message on the next page."""
    (messages.error if bad else messages.success)(request, text)
