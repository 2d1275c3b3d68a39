"""The door: which token comes in, whether it may, how much it brings, and for which employer account it works."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest
from ninja.security import HttpBearer

from hpf.access.actor import Actor, ActorKind, Channel
from hpf.access.readers import identity
from hpf.access.tenancy import CentreInfo
from hpf.access.tokens import Scope, TokenFacts, admit
from hpf.api.problems import Problem
from hpf.engine.catalogue import catalogue
from hpf.engine.declare import Item, ItemRules
from hpf.engine.intake.drafts import Desk
from hpf.engine.intake.submit import desk_at
from hpf.kernel.clock import Clock
from hpf.parties import readers as parties
from hpf.parties.facts import EmployerAccountFacts
from hpf.policy.book import Rules
from hpf.policy.readers import current_rules

BYTES_PER_ROW = 256
SMALL = 64 << 10
_KEYS = uuid.UUID("8f2b1c64-94f5-4a0e-9c0c-2f6a3f6d5b10")


class ApiRequest(HttpRequest):
    """A request inside a centre that has come through the door."""

    centre: CentreInfo
    clock: Clock
    auth: "Caller"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, at which centre, when."""

    token: TokenFacts
    centre: CentreInfo
    now: datetime
    book: Rules

    @property
    def actor(self) -> Actor:
        """As whom the engine's verbs are called."""
        name = f"{self.token.name}（接口）"
        return Actor(ActorKind.AGENT, self.token.user_id, name, Channel.ONLINE, employer_id=self.token.employer_id)

    @property
    def sees_persons(self) -> bool:
        """Whether identity and telephone numbers are shown whole; reading them is kept in the trail."""
        return Scope.PERSONS_READ in self.token.scopes

    @property
    def rules(self) -> ItemRules:
        """The rules of this moment, for looking."""
        return ItemRules(self.book, self.now.date(), self.book.calendar.business_month(self.now))

    def accounts(self) -> list[EmployerAccountFacts]:
        """The employer's accounts, one per fund."""
        return parties.employer_accounts_of(self.token.employer_id)

    def account(self, account_no: str = "") -> EmployerAccountFacts:
        """The account named, or the only one. Another employer's is not there (404)."""
        accounts = self.accounts()
        if not account_no and len(accounts) == 1:
            return accounts[0]
        if not account_no:
            listed = "、".join(one.account_no for one in accounts)
            raise Problem("invalid", f"该单位有多个账号，请用参数 account 指明其一：{listed}")
        for one in accounts:
            if one.account_no == account_no:
                return one
        raise Problem("not_found")

    def desk(self, item: Item[Any, Any, Any], account_no: str = "") -> Desk:
        """Where rows of this item are judged: under the rules of the month in which they would be processed."""
        return desk_at(self.actor, self.now, item, self.account(account_no), self.book)

    def submission(self, key: str) -> str:
        """The submission key behind the employer's own key: no two employers ever share one."""
        return str(uuid.uuid5(_KEYS, f"{self.centre.code}:{self.token.employer_id}:{key}"))


class Token(HttpBearer):
    """Lets a request in whose token has one scope, before anything of its body is read."""

    def __init__(self, scope: Scope, most: str = "small") -> None:
        super().__init__()
        self.scope, self._most = scope, most

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """The caller, or None for a token that does not exist here."""
        asked = cast(ApiRequest, request)
        facts = admit(token, asked.centre.code)
        if facts is None:
            return None
        if self.scope not in facts.scopes:
            raise Problem("no_scope", f"此操作需要权限 {self.scope.value}（{self.scope.label}）")
        if facts.user_id is not None and not _is_agent(facts.user_id, facts.employer_id):
            raise Problem("agent_left", "请由本单位现在的经办人在“接口令牌”页签发新的令牌")
        _check_address(request)
        now = asked.clock.now()
        caller = Caller(facts, asked.centre, now, current_rules())
        _check_length(request, self._limit(caller))
        catalogue()
        return caller

    def _limit(self, caller: Caller) -> int:
        today = caller.rules.today
        if self._most == "rows":
            return today.rows_per_workbook * BYTES_PER_ROW
        return today.upload_max_bytes + SMALL if self._most == "file" else SMALL


def _is_agent(user_id: int, employer_id: int) -> bool:
    """Whether the login is still registered as an agent of the employer."""
    found = identity(user_id)
    return found is not None and any(one.id_no == found.id_no for one in parties.agents(employer_id))


def _check_address(request: HttpRequest) -> None:
    """A NUL can be in no stored text, and PostgreSQL refuses to look for one."""
    if "\0" in request.path or any("\0" in text for text in (*request.GET.keys(), *request.GET.values())):
        raise Problem("unreadable", "地址中有不可用的字符")


def _check_length(request: HttpRequest, limit: int) -> None:
    if request.headers.get("Transfer-Encoding"):
        raise Problem("length_required")
    text = request.headers.get("Content-Length") or "0"
    if not text.isdecimal():
        raise Problem("unreadable")
    if int(text) > limit:
        raise Problem("too_large", f"最多 {limit:,} 字节")
