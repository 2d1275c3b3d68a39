"""The demo's hand on the simulated outside world: tell it the time, ask whether it is idle. Not in production."""

from datetime import datetime

import requests

TIMEOUT_SECONDS = 5


def tell_clock(sandbox_url: str, now: datetime) -> None:
    """Business time from here on. Raises requests.RequestException."""
    requests.post(f"{sandbox_url}/clock", json={"now": now.isoformat()}, timeout=TIMEOUT_SECONDS).raise_for_status()


def is_idle(sandbox_url: str) -> bool:
    """Whether no notice is on its way to us. Raises requests.RequestException."""
    answer = requests.get(f"{sandbox_url}/idle", timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    return bool(answer.json()["idle"])
