"""How every process logs: one line per event on stderr, JSON in production, plain words in the demo.

Log lines carry addresses and numbers of cases, never names, ids or phone numbers: those belong to the trail.
"""

from typing import Any

import structlog


def configuration(*, plain: bool) -> dict[str, Any]:
    """The value of Django's LOGGING."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    ]
    last = structlog.dev.ConsoleRenderer(colors=False) if plain else structlog.processors.JSONRenderer()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [structlog.stdlib.ExtraAdder(allow=["status_code", "job"])],
                "processors": [*shared, last],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "hpf": {"level": "INFO"},
            "procrastinate": {"level": "WARNING"},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.security.DisallowedHost": {"handlers": [], "propagate": False},
        },
    }
