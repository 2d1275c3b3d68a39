"""Command line: `python -m sandbox serve [--host H] [--port P]`, `python -m sandbox seed`.

Django is imported inside the functions: its settings need the environment that the arguments make.
"""

import argparse
import os
import sys
import threading
from typing import Any


def main(arguments: list[str] | None = None) -> int:
    """Migrate and seed; with `serve`, answer requests and deliver notices until told to end."""
    parser = argparse.ArgumentParser(prog="sandbox", description="the outside world, simulated")
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="migrate, seed and serve")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=8001)
    commands.add_parser("seed", help="migrate and seed")
    asked = parser.parse_args(arguments)
    os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"
    if asked.command == "serve":
        os.environ.setdefault("HPF_SANDBOX_URL", f"http://{asked.host}:{asked.port}")
    prepare()
    if asked.command == "serve":
        serve(asked.host, asked.port)
    return 0


def prepare() -> None:
    """Set Django up, bring the database to its present shape, and seed it."""
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    from sandbox.seed import seed  # noqa: PLC0415

    call_command("migrate", verbosity=0, interactive=False)
    seed()


def serve(host: str, port: int) -> None:
    """One gunicorn worker with threads, so that one thread delivers the notices of all."""
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415
    from gunicorn.app.base import BaseApplication  # noqa: PLC0415

    class Sandbox(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
        """gunicorn with settings from here instead of a file."""

        def load_config(self) -> None:
            """One worker; the delivering thread starts in it."""
            self.cfg.set("bind", f"{host}:{port}")
            self.cfg.set("workers", 1)
            self.cfg.set("worker_class", "gthread")
            self.cfg.set("threads", 8)
            self.cfg.set("graceful_timeout", 2)
            self.cfg.set("control_socket_disable", True)
            self.cfg.set("post_worker_init", start_delivery)

        def load(self) -> Any:
            """The WSGI application."""
            return get_wsgi_application()

    Sandbox().run()


def start_delivery(worker: Any) -> None:
    """Start the thread that delivers notices; it ends with the worker."""
    from sandbox import notices  # noqa: PLC0415

    threading.Thread(target=notices.run_forever, args=(threading.Event(),), daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
