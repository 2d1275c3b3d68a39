"""The job that hands waiting text messages to the gateway, in batches.

One at a time in a centre (`lock`), so that nobody waits for a row; a job that was killed is simply followed by the
next, and what it had handed over already the gateway knows by its `ref`. Whoever queues messages queues this job in the
same transaction; once a minute it is queued for what had to be put off.
"""

import logging

from django.conf import settings
from django.utils.module_loading import import_string

from hpf.access.clock import RealClock, clock
from hpf.access.jobs import defer, job
from hpf.notices import delivery
from hpf.notices.facts import Gateway, GatewayUnavailable

log = logging.getLogger(__name__)
BATCH = 500
NO_GATEWAY = "未配置短信网关"


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


def queue() -> None:
    """Have the messages sent that this transaction writes."""
    defer(send_texts, lock="texts")


def queue_again() -> None:
    """Look once more for what is due by now; while such a look waits, nothing is queued."""
    defer(send_texts, lock="texts", once="send texts")


def _gateway() -> Gateway | None:
    """The gateway of this installation, None where there is none (`settings.HPF_SMS["gateway"]` names who makes it)."""
    found: Gateway | None = import_string(settings.HPF_SMS["gateway"])()
    return found
