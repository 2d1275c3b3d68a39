"""A picture of every page and state, in build/shots/: for the user's guide, and for whoever changes a screen.

    make shots                     starts a demo of its own in an empty folder, walks it, ends it
    make shots ARGS="--at http://127.0.0.1:8000 --sandbox http://127.0.0.1:8001"    walks a demo that is running

The walks: an agent's month in Hangzhou (opening from a workbook with wrong rows, the case, the month's due, paying it),
the desk, an amendment of the policy by two people, an opening in Heihe that is returned and put right, the public
pages. Every page is taken at 1366×768 and whole, and again at 1920×1080 and at phone width.
"""

import argparse
import os
from collections.abc import Callable

from playwright.sync_api import sync_playwright
from tools.shots import desk, hall, reviewed
from tools.shots.walk import OUT, ROOT, Walk, demo

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def main() -> int:
    """Walk and take; 1 when a page had errors in its console or from the server."""
    parser = argparse.ArgumentParser(prog="make shots", description=__doc__)
    parser.add_argument("--at", help="address of a running demo")
    parser.add_argument("--sandbox", help="address of its simulated world")
    parser.add_argument("--only", choices=["hall", "reviewed", "desk", "amendment", "public"], help="one of the walks")
    options = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*.png"):
        old.unlink()
    bad: list[str] = []
    with demo(options.at, options.sandbox) as (address, env), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        walks: dict[str, Callable[[], list[str]]] = {
            "hall": lambda: hall.walk(browser, address, env),
            "reviewed": lambda: reviewed.walk(browser, address),
            "desk": lambda: desk.walk(browser, address),
            "amendment": lambda: desk.amendment(browser, address),
            "public": lambda: Walk(browser, address, "hangzhou", "3-").visit(("verify/", "verify")),
        }
        for name, walk in walks.items():
            if options.only in (None, name):
                bad += walk()
        browser.close()
    for problem in bad:
        print(f"problem: {problem}")
    print(f"{len(list(OUT.glob('*.png')))} pictures in {OUT.relative_to(ROOT)}")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
