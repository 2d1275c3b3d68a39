"""`make bench`: every measurement, each in a process of its own; `make bench ARGS="roster"` for one of them."""

import subprocess
import sys
from pathlib import Path


def main(names: list[str]) -> int:
    """Run the named measurements, or all; the worst exit status."""
    here = Path(__file__).parent
    every = sorted(path.stem for path in here.glob("[a-z]*.py") if "def main(" in path.read_text())
    return max(
        subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=here.parent, check=False).returncode
        for name in names or every
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
