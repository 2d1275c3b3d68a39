"""The verbs of an employer's connections, with their trail: tokens its programs come in with, addresses that are told.

Hall, API and command line call the same ones. What belongs to another employer is as if it were not there.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import transaction

from hpf.access import tokens
from hpf.access.actor import Actor
from hpf.access.tenancy import current_centre
from hpf.access.tokens import Scope, TokenFacts
from hpf.engine.happenings import last_happening
from hpf.kernel.text import clean
from hpf.outside import models
from hpf.outside.facts import ConnectionRefused, HookFacts, MessageKind
from hpf.outside.listings import hook_fact
from hpf.outside.telling import queue_push
from hpf.outside.webhooks import ForbiddenAddress, check_url
from hpf.parties import readers as parties
from hpf.parties.changes import lock_employer_account
from hpf.trail.changes import record

MOST_TOKENS, MOST_HOOKS = 20, 5
"""Living ones of an employer."""
_LONGEST_NAME = 60


def issue_token(
    actor: Actor, at: datetime, employer_id: int, name: str, scopes: Collection[Scope]
) -> tuple[TokenFacts, str]:
    """A new token of an employer, and its secret, which nobody can show again. Raises ConnectionRefused."""
    name, centre = clean(name), current_centre().code
    if not name or len(name) > _LONGEST_NAME:
        raise ConnectionRefused(f"请填写令牌名称，最多 {_LONGEST_NAME} 个字，如使用它的系统的名称")
    if not scopes:
        raise ConnectionRefused("请至少选择一项权限")
    with transaction.atomic():
        _one_at_a_time(employer_id)
        if tokens.count_living(centre, employer_id) >= MOST_TOKENS:
            raise ConnectionRefused(f"有效的令牌最多 {MOST_TOKENS} 个，请先停用不用的")
        token, secret = tokens.issue(actor.user_id, centre, employer_id, name, scopes)
        told = {"employer": employer_id, "name": name, "scopes": sorted(token.scopes)}
        record(actor, at, "token.issued", "token", token.id, told)
    return token, secret


def revoke_token(actor: Actor, at: datetime, employer_id: int, token_id: int) -> bool:
    """Ends a token at once; False when the employer has no such living one."""
    with transaction.atomic():
        if not tokens.revoke(current_centre().code, employer_id, token_id):
            return False
        record(actor, at, "token.revoked", "token", token_id, {"employer": employer_id})
    return True


def add_hook(
    actor: Actor, at: datetime, employer_id: int, url: str, secret: str, kinds: Collection[MessageKind]
) -> HookFacts:
    """An address that is told of what happens from now on. Raises ConnectionRefused."""
    try:
        check_url(url, loopback=settings.DEMO)
    except ForbiddenAddress as refused:
        raise ConnectionRefused(str(refused)) from None
    if not kinds:
        raise ConnectionRefused("请至少选择一种消息")
    with transaction.atomic():
        _one_at_a_time(employer_id)
        if models.Hook.objects.filter(employer_id=employer_id, ended_at=None).count() >= MOST_HOOKS:
            raise ConnectionRefused(f"最多登记 {MOST_HOOKS} 个接收地址，请先删除不用的")
        hook = models.Hook.objects.create(
            employer_id=employer_id,
            url=url,
            secret=secret,
            kinds=sorted({kind.value for kind in kinds}),
            since_happening=last_happening(),
            since_at=at,
        )
        record(actor, at, "hook.registered", "hook", str(hook.id), {"employer": employer_id, "url": url})
    return hook_fact(hook)


def end_hook(actor: Actor, at: datetime, employer_id: int, hook_id: uuid.UUID) -> bool:
    """Nothing more is pushed to this address, not even what is on its way; False when the employer has no such one."""
    with transaction.atomic():
        mine = models.Hook.objects.filter(id=hook_id, employer_id=employer_id, ended_at=None)
        if not mine.update(ended_at=at):
            return False
        record(actor, at, "hook.deleted", "hook", str(hook_id), {"employer": employer_id})
    return True


def send_again(actor: Actor, at: datetime, employer_id: int, hook_id: uuid.UUID, message_id: uuid.UUID) -> bool:
    """Pushes a message now, whatever became of it; one that was taken or given up begins its tries anew.

    False when the employer has no such message at an address that is still told.
    """
    with transaction.atomic():
        found = models.Delivery.objects.select_for_update(of=("self",)).filter(
            id=message_id, hook_id=hook_id, hook__employer_id=employer_id, hook__ended_at=None
        )
        message = found.first()
        if message is None:
            return False
        if message.delivered_at is not None or message.given_up_at is not None:
            message.tries, message.delivered_at, message.given_up_at = 0, None, None
            message.save(update_fields=["tries", "delivered_at", "given_up_at"])
        queue_push(message.id, message.tries)
        record(actor, at, "message.sent_again", "message", str(message.id), {"hook": str(hook_id)})
    return True


def _one_at_a_time(employer_id: int) -> None:
    """Two at once are counted one after the other."""
    lock_employer_account(parties.employer_accounts_of(employer_id)[0].id)
