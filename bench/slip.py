"""A payment slip in a warm process: rendered, signed, and issued with number, files, rows and trail.

    python -m bench.slip --rounds 60

Floor, in the same run: the page as PDF without a signature, which no printing can do without. Medians of interleaved
rounds, in milliseconds. The key is loaded; what loading it costs is shown as the first signature.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence

from bench import ground

Report = dict[str, float]


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; 0 always, the figures speak."""
    parser = argparse.ArgumentParser(prog="bench.slip", description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args(words)
    with ground.centre("slip"):
        report = _measure(options.rounds)
    print(json.dumps(report, indent=1))  # noqa: T201
    return 0


def _measure(rounds: int) -> Report:
    from tests.documents.samples import AT, IMPRINT, SLIP  # noqa: PLC0415 - needs Django

    from hpf.access.actor import Actor  # noqa: PLC0415
    from hpf.documents.changes import issue  # noqa: PLC0415
    from hpf.documents.forms import payment_slip  # noqa: PLC0415
    from hpf.documents.render import slip_pdf  # noqa: PLC0415
    from hpf.documents.signing import Statement, signer  # noqa: PLC0415

    data, maker, numbers = payment_slip(SLIP), Actor.system("bench"), iter(range(10**9))
    statement = Statement("汇（补）缴款凭证", "杭州", SLIP.centre, AT)
    plain = slip_pdf(data, IMPRINT)
    works: dict[str, Callable[[], object]] = {
        "floor: page": lambda: slip_pdf(data, IMPRINT),
        "signature": lambda: signer().sign(plain, statement),
        "page and signature": lambda: signer().sign(slip_pdf(data, IMPRINT), statement),
        "issued": lambda: issue(maker, AT, "payment_slip", f"bench {next(numbers)}", data),
    }
    report = {"first signature": _spent(works["signature"])}
    spent: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            spent[name].append(_spent(work))
    report |= {name: round(statistics.median(times), 1) for name, times in spent.items()}
    report["issued: ratio"] = round(report["issued"] / report["floor: page"], 2)
    return report


def _spent(work: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    work()
    return round((time.perf_counter() - started) * 1000, 1)


if __name__ == "__main__":
    sys.exit(main())
