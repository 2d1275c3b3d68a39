"""How gunicorn serves the hall: `gunicorn -c python:hpf.site.serving hpf.site.wsgi`."""

import os
from typing import Any

bind = os.environ.get("HPF_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("HPF_HALL_WORKERS", str(2 * (os.cpu_count() or 1))))
preload_app = True
timeout = 60
graceful_timeout = 10
max_requests = 10_000
max_requests_jitter = 1_000
control_socket_disable = True
forwarded_allow_ips = os.environ.get("HPF_PROXY", "127.0.0.1")


def on_starting(server: Any) -> None:
    """Refuse to serve a house whose own checks fail: an item twice, a refusal without a text, a missing parameter.

    Then import what workers would import at their first slip.
    """
    import django  # noqa: PLC0415 - gunicorn reads this file before the settings are chosen
    from django.core.management import call_command  # noqa: PLC0415

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hpf.site.settings")
    django.setup()
    call_command("check")

    from hpf.documents.signing import preload  # noqa: PLC0415 - needs Django

    preload()
