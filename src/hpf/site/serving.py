"""How gunicorn serves the hall: `gunicorn -c python:hpf.site.serving hpf.site.wsgi`."""

import os

bind = os.environ.get("HPF_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("HPF_HALL_WORKERS", str(2 * (os.cpu_count() or 1))))
timeout = 60
graceful_timeout = 10
max_requests = 10_000
max_requests_jitter = 1_000
control_socket_disable = True
forwarded_allow_ips = os.environ.get("HPF_PROXY", "127.0.0.1")
