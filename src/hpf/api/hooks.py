"""Registering where messages are pushed to, and seeing what became of them."""

import json
import uuid
from typing import cast

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from ninja import Router, Status

from hpf.access.tokens import Scope
from hpf.api import models, shapes
from hpf.api.body import read
from hpf.api.catalogue import Page
from hpf.api.door import ApiRequest, Token
from hpf.api.problems import Problem
from hpf.engine.happenings import last_happening
from hpf.kernel.paging import PAGE_SIZE
from hpf.outside.webhooks import ForbiddenAddress, check_url
from hpf.parties.changes import lock_employer_account
from hpf.trail.changes import record as keep

router = Router(tags=["消息推送"])
MOST_HOOKS = 5


@router.post("hooks", response={201: shapes.HookOut}, auth=Token(Scope.HOOKS_WRITE), operation_id="hook_add",
             openapi_extra={"x-body": "HookIn"})  # fmt: skip
def register(request: HttpRequest) -> Status[shapes.HookOut]:
    """登记接收地址

    自登记起，本单位办件的每次变化（case.moved）和生成的应缴（due.made）以签名的 POST 推送到该地址。
    """
    caller = cast(ApiRequest, request).auth
    sent = read(request, shapes.HookIn)
    try:
        check_url(sent.url, loopback=settings.DEMO)
    except ForbiddenAddress as problem:
        raise Problem("invalid", str(problem)) from None
    with transaction.atomic():
        lock_employer_account(caller.accounts()[0].id)  # two at once are counted one after the other
        mine = models.Hook.objects.filter(employer_id=caller.token.employer_id, ended_at=None)
        if mine.count() >= MOST_HOOKS:
            raise Problem("invalid", f"最多登记 {MOST_HOOKS} 个接收地址，请先删除不用的")
        hook = models.Hook.objects.create(
            employer_id=caller.token.employer_id,
            url=sent.url,
            secret=sent.secret,
            kinds=sorted(set(sent.kinds)),
            since_happening=last_happening(),
            since_at=caller.now,
        )
        keep(caller.actor, caller.now, "hook.registered", "hook", str(hook.id), {"url": sent.url})
    return Status(201, _hook(hook))


@router.get("hooks", response=list[shapes.HookOut], auth=Token(Scope.HOOKS_WRITE), operation_id="hooks")
def hooks(request: HttpRequest) -> list[shapes.HookOut]:
    """已登记的接收地址"""
    mine = models.Hook.objects.filter(employer_id=cast(ApiRequest, request).auth.token.employer_id, ended_at=None)
    return [_hook(hook) for hook in mine.order_by("since_at", "id")]


@router.delete("hooks/{hook_id}", response={204: None}, auth=Token(Scope.HOOKS_WRITE), operation_id="hook_delete")
def delete(request: HttpRequest, hook_id: uuid.UUID) -> Status[None]:
    """删除接收地址

    此后不再向该地址推送，包括尚未送达的。
    """
    caller, hook = cast(ApiRequest, request).auth, _own(request, hook_id)
    with transaction.atomic():
        models.Hook.objects.filter(id=hook.id).update(ended_at=caller.now)
        keep(caller.actor, caller.now, "hook.deleted", "hook", str(hook.id), {"url": hook.url})
    return Status(204, None)


@router.get("hooks/{hook_id}/messages", response=list[shapes.DeliveryOut], auth=Token(Scope.HOOKS_WRITE),
            operation_id="hook_messages")  # fmt: skip
def messages(request: HttpRequest, hook_id: uuid.UUID, page: Page = 1) -> list[shapes.DeliveryOut]:
    """推送的消息

    最近的在前，每页 50 条，含内容、次数和最近一次的结果。
    """
    found = _own(request, hook_id).deliveries.order_by("-at", "-id")[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return [
        shapes.DeliveryOut(
            id=str(one.id),
            kind=one.kind,
            subject=one.subject,
            at=one.at,
            tries=one.tries,
            status=one.status,
            reason=one.reason,
            delivered_at=one.delivered_at,
            given_up_at=one.given_up_at,
            body=json.loads(one.body),
        )
        for one in found
    ]


def _own(request: HttpRequest, hook_id: uuid.UUID) -> models.Hook:
    employer_id = cast(ApiRequest, request).auth.token.employer_id
    hook = models.Hook.objects.filter(id=hook_id, employer_id=employer_id, ended_at=None).first()
    if hook is None:
        raise Problem("not_found")
    return hook


def _hook(hook: models.Hook) -> shapes.HookOut:
    return shapes.HookOut(id=str(hook.id), url=hook.url, kinds=hook.kinds, since=hook.since_at)
