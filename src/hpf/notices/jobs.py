"""The job that hands waiting text messages to the gateway, in batches, and the one that forgets old ones.

One at a time in a centre (`lock`), so that nobody waits for a row; a job that was killed is simply followed by the
next, and what it had handed over already the gateway knows by its `ref`. Whoever queues messages queues this job in the
same transaction; once a minute it is queued for what had to be put off.
"""

import logging

from django.conf import settings
from django.utils.module_loading import import_string

from hpf.access.actor import Actor
from hpf.access.clock import RealClock, clock
from hpf.access.jobs import defer, job
from hpf.notices import delivery
from hpf.notices.facts import Gateway, GatewayUnavailable
from hpf.policy.readers import current_rules

log = logging.getLogger(__name__)
BATCH = 500
NO_GATEWAY = "未配置短信网关"
SYSTEM = Actor.system("短信")


@job
def send_texts() -> None:
    """Hands over what is due until nothing is left or the gateway does not answer."""
    gateway = _gateway()
    while messages := delivery.due(RealClock().now(), BATCH):
        if gateway is None:
            delivery.put_off(clock.now(), RealClock().now(), messages, NO_GATEWAY, for_good=True)
            continue
        try:
            replies = gateway.send(messages)
        except GatewayUnavailable as problem:
            log.warning("the SMS gateway does not answer, %s messages are put off: %s", len(messages), problem)
            delivery.put_off(clock.now(), RealClock().now(), messages, "短信网关暂时无法连接")
            return
        delivery.note_replies(clock.now(), replies)


@job
def forget_old_texts() -> None:
    """Empties number and text of messages that are older than the centre keeps them."""
    now = clock.now()
    delivery.forget_texts(SYSTEM, now, now - current_rules("texts").at(now.date()).texts_kept)


def queue() -> None:
    """Have the messages sent that this transaction writes."""
    defer(send_texts, lock="texts")


def queue_each_minute() -> None:
    """Look once more for what is due by now, and for what is to be forgotten; a look that waits is not queued twice."""
    defer(send_texts, lock="texts", once="send texts")
    defer(forget_old_texts, once="forget texts")


def _gateway() -> Gateway | None:
    """The gateway of this installation, None where there is none (`settings.HPF_SMS["gateway"]` names who makes it)."""
    found: Gateway | None = import_string(settings.HPF_SMS["gateway"])()
    return found
