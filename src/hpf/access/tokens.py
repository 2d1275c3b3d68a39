"""Access tokens of programs: issued to one employer at one centre, with scopes and a limit of requests a minute.

A token is 256 random bits, shown once; what is kept is its SHA-256, which is enough for a secret that nobody chose.
Tokens live in real time, not in the demo's.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import connection
from django.db.models import F

from hpf.access.clock import RealClock
from hpf.access.models import ApiToken
from hpf.kernel.paging import PAGE_SIZE, Page, clamp_page

PREFIX = "hpf_"
PER_MINUTE = 600


class Scope(StrEnum):
    """What a token may do; the value is stored and shown, the label explains it."""

    ITEMS_READ = "items:read"
    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    RECORDS_READ = "records:read"
    PERSONS_READ = "persons:read"
    DOCUMENTS_READ = "documents:read"
    HOOKS_WRITE = "hooks:write"

    @property
    def label(self) -> str:
        """What it allows, in Chinese."""
        return {
            "items:read": "查看事项目录和试算",
            "cases:read": "查询办件和处理结果",
            "cases:write": "提交办件和材料",
            "records:read": "信息查询",
            "persons:read": "查看完整的证件号码和电话（留痕）",
            "documents:read": "下载凭证",
            "hooks:write": "登记消息推送",
        }[self.value]


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """A token as it is listed; the secret is not among it."""

    id: int
    user_id: int | None
    centre_code: str
    employer_id: int
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class TooManyRequests(Exception):
    """The token has used up its minute; `wait` is the seconds until the next."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"wait {wait} seconds")
        self.wait = wait


_ADMIT = """
UPDATE access_apitoken
   SET used = CASE WHEN minute = date_trunc('minute', now()) THEN used + 1 ELSE 1 END,
       minute = date_trunc('minute', now()), last_used_at = now()
 WHERE digest = %s AND centre_code = %s AND revoked_at IS NULL
RETURNING id, used > per_minute, 60 - floor(extract(second FROM now()))::int
"""


def issue(
    user_id: int | None,
    centre_code: str,
    employer_id: int,
    name: str,
    scopes: Iterable[Scope],
    *,
    per_minute: int = PER_MINUTE,
) -> tuple[TokenFacts, str]:
    """A new token and its secret, which nobody can show again."""
    secret = f"{PREFIX}{secrets.token_urlsafe(32)}"
    row = ApiToken.objects.create(
        user_id=user_id,
        centre_code=centre_code,
        employer_id=employer_id,
        name=name,
        digest=_digest(secret),
        scopes=sorted({scope.value for scope in scopes}),
        per_minute=per_minute,
        created_at=RealClock().now(),
    )
    return _facts(row), secret


def admit(secret: str, centre_code: str) -> TokenFacts | None:
    """The token of this secret at this centre, None when there is none or it was revoked; counts the request.

    The count is kept in the database, by one statement: the processes of a machine, and of several, share it. Raises
    `TooManyRequests`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ADMIT, [_digest(secret), centre_code])
        found = cursor.fetchone()
    if found is None:
        return None
    token_id, is_over, wait = found
    if is_over:
        raise TooManyRequests(wait)
    return _facts(ApiToken.objects.get(id=token_id))


def revoke(centre_code: str, employer_id: int, token_id: int) -> bool:
    """Ends a token at once; False when the employer has no such living one."""
    mine = ApiToken.objects.filter(centre_code=centre_code, employer_id=employer_id, id=token_id, revoked_at=None)
    return mine.update(revoked_at=RealClock().now()) == 1


def tokens_of(centre_code: str, employer_id: int) -> list[TokenFacts]:
    """An employer's tokens at a centre, the newest first, revoked ones too."""
    rows = ApiToken.objects.filter(centre_code=centre_code, employer_id=employer_id).order_by("-id")
    return [_facts(row) for row in rows]


def count_living(centre_code: str, employer_id: int) -> int:
    """How many of an employer's tokens let a program in."""
    return ApiToken.objects.filter(centre_code=centre_code, employer_id=employer_id, revoked_at=None).count()


def tokens_page(centre_code: str, employer_id: int, page: object = 1) -> Page[TokenFacts]:
    """A page of an employer's tokens: those that let a program in first, then the revoked, each the newest first."""
    mine = ApiToken.objects.filter(centre_code=centre_code, employer_id=employer_id)
    total = mine.count()
    number = clamp_page(page, total)
    rows = mine.order_by(F("revoked_at").desc(nulls_first=True), "-id")
    return Page([_facts(row) for row in rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]], total, number)


def token(centre_code: str, employer_id: int, token_id: int) -> TokenFacts | None:
    """One of an employer's tokens."""
    row = ApiToken.objects.filter(centre_code=centre_code, employer_id=employer_id, id=token_id).first()
    return None if row is None else _facts(row)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _facts(row: ApiToken) -> TokenFacts:
    return TokenFacts(
        id=row.id,
        user_id=row.user_id,
        centre_code=row.centre_code,
        employer_id=row.employer_id,
        name=row.name,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
