"""Registering where messages are pushed to, and seeing what became of them."""

import json
import uuid
from typing import cast

from django.http import HttpRequest
from ninja import Router, Status

from hpf.access.tokens import Scope
from hpf.api import shapes
from hpf.api.body import read
from hpf.api.catalogue import Page
from hpf.api.door import ApiRequest, Token
from hpf.api.problems import Problem
from hpf.outside import changes, listings
from hpf.outside.facts import ConnectionRefused, HookFacts, MessageKind

router = Router(tags=["消息推送"])


@router.post("hooks", response={201: shapes.HookOut}, auth=Token(Scope.HOOKS_WRITE), operation_id="hook_add",
             openapi_extra={"x-body": "HookIn"})  # fmt: skip
def register(request: HttpRequest) -> Status[shapes.HookOut]:
    """登记接收地址

    自登记起，本单位办件的每次变化（case.moved）和生成的应缴（due.made）以签名的 POST 推送到该地址。
    """
    caller = cast(ApiRequest, request).auth
    sent = read(request, shapes.HookIn)
    kinds = [MessageKind(kind) for kind in sent.kinds]
    try:
        hook = changes.add_hook(caller.actor, caller.now, caller.token.employer_id, sent.url, sent.secret, kinds)
    except ConnectionRefused as refused:
        raise Problem("invalid", str(refused)) from None
    return Status(201, _hook(hook))


@router.get("hooks", response=list[shapes.HookOut], auth=Token(Scope.HOOKS_WRITE), operation_id="hooks")
def hooks(request: HttpRequest) -> list[shapes.HookOut]:
    """已登记的接收地址"""
    return [_hook(hook) for hook in listings.hooks_of(cast(ApiRequest, request).auth.token.employer_id)]


@router.delete("hooks/{hook_id}", response={204: None}, auth=Token(Scope.HOOKS_WRITE), operation_id="hook_delete")
def delete(request: HttpRequest, hook_id: uuid.UUID) -> Status[None]:
    """删除接收地址

    此后不再向该地址推送，包括尚未送达的。
    """
    caller = cast(ApiRequest, request).auth
    if not changes.end_hook(caller.actor, caller.now, caller.token.employer_id, hook_id):
        raise Problem("not_found")
    return Status(204, None)


@router.get("hooks/{hook_id}/messages", response=list[shapes.DeliveryOut], auth=Token(Scope.HOOKS_WRITE),
            operation_id="hook_messages")  # fmt: skip
def messages(request: HttpRequest, hook_id: uuid.UUID, page: Page = 1) -> list[shapes.DeliveryOut]:
    """推送的消息

    最近的在前，每页 50 条，含内容、次数和最近一次的结果。
    """
    employer_id = cast(ApiRequest, request).auth.token.employer_id
    hook = listings.hook(employer_id, hook_id)
    if hook is None:
        raise Problem("not_found")
    return [
        shapes.DeliveryOut(
            id=str(one.id),
            kind=one.kind.value,
            subject=one.subject,
            at=one.at,
            tries=one.tries,
            status=one.status,
            reason=one.reason,
            delivered_at=one.delivered_at,
            given_up_at=one.given_up_at,
            body=json.loads(one.body),
        )
        for one in listings.messages(hook, page=page)
    ]


def _hook(hook: HookFacts) -> shapes.HookOut:
    return shapes.HookOut(id=str(hook.id), url=hook.url, kinds=[kind.value for kind in hook.kinds], since=hook.since_at)
