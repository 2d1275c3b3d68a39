"""Two clocks: real time for signatures, business time for what is written on receipts.

The demo's clock moves by leaps. Whoever moves it tells the sandbox (`POST /clock`); between two such calls business
time runs on with real time. Before the first call it is what the seed set: the first morning of the demo world.
"""

import math
import time
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sandbox.models import Setting

TZ = ZoneInfo("Asia/Shanghai")
OFFSET = "clock_offset"


def business_now() -> datetime:
    """Business time, aware, to the second."""
    offset = Setting.read(OFFSET, 0)
    return datetime.fromtimestamp(int(time.time()) + offset, TZ)


def business_today() -> date:
    """The day of `business_now`."""
    return business_now().date()


def tell(now: datetime) -> None:
    """Set business time to `now` (aware), never to a second before it."""
    Setting.write(OFFSET, math.ceil(now.timestamp()) - int(time.time()))


def chinese_stamp(at: datetime) -> str:
    """`2026-11-02 09:00:00`, as Alipay writes times."""
    return at.astimezone(TZ).strftime("%Y-%m-%d %H:%M:%S")


def rfc3339(at: datetime) -> str:
    """`2026-11-02T09:00:00+08:00`, as WeChat Pay writes times."""
    return at.astimezone(TZ).replace(microsecond=0).isoformat()
