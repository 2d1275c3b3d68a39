"""Which rows of the requirements have a test that shows them: `make trace`, `make trace ARGS="--section 2.4.1"`.

A test says so with `@pytest.mark.req("HZ-2.4.1-22")`. The ids and section titles stand in docs/requirements-index.txt;
`--index FILE` makes that list anew from the requirements catalogue. The exit status is always 0: this informs.
"""

import argparse
import contextlib
import io
import re
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

INDEX = Path(__file__).resolve().parents[1] / "docs" / "requirements-index.txt"
_ROW = re.compile(r"^\| (H[ZH]-[\w.]+-\d+) \|", re.MULTILINE)
_HEADING = re.compile(r"^## (HZ|HH) ([\d.]+|[a-z-]+)\s+(.+?)(?: — L[\d–L]+)?$", re.MULTILINE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print each section with how many of its rows are shown, and the rows that are not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--section", action="append", default=[], help="only this section: 2.4.1, HH-3.4; may be repeated"
    )
    parser.add_argument("--tests", action="store_true", help="name the tests of each row")
    parser.add_argument("--index", type=Path, help="make the list of ids anew from this catalogue")
    options = parser.parse_args(arguments)
    if options.index:
        INDEX.write_text(make_index(options.index.read_text()))
        return 0
    sections = read_index(INDEX.read_text())
    report(sections, marks(), options.section, with_tests=options.tests)
    return 0


def make_index(catalogue: str) -> str:
    """The list of ids under their section's titles, from the text of the catalogue."""
    titles = {f"{city}-{number}": title for city, number, title in _HEADING.findall(catalogue)}
    sections: dict[str, list[str]] = defaultdict(list)
    for row in dict.fromkeys(_ROW.findall(catalogue)):
        sections[section_of(row)].append(row)
    lines = ["Requirement rows by section, for tools/trace.py; made by it from the catalogue.", ""]
    for section, rows in sections.items():
        lines += [f"# {section} {titles.get(section, '')}".rstrip(), *rows, ""]
    return "\n".join(lines)


def read_index(text: str) -> dict[str, tuple[str, list[str]]]:
    """Section → its title and the ids of its rows."""
    sections: dict[str, tuple[str, list[str]]] = {}
    for line in text.splitlines():
        if line.startswith("# "):
            section, _, title = line[2:].partition(" ")
            sections[section] = (title, [])
        elif _ROW.match(f"| {line} |"):
            sections[section_of(line)][1].append(line)
    return sections


def section_of(row: str) -> str:
    """HZ-2.4.1 of HZ-2.4.1-22."""
    return row.rpartition("-")[0]


class _Marks:
    """Notes the `req` marks of every test that pytest collects."""

    def __init__(self) -> None:
        self.tests: dict[str, set[str]] = defaultdict(set)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for test in session.items:
            for mark in test.iter_markers("req"):
                for row in mark.args:
                    self.tests[row].add(test.nodeid.partition("[")[0])


def marks() -> dict[str, set[str]]:
    """Requirement row → names of the tests that are marked with it."""
    found = _Marks()
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider"], plugins=[found])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        print(
            "some tests could not be collected; the figures may be too low:", said.getvalue()[-1500:], file=sys.stderr
        )
    return found.tests


def report(
    sections: Mapping[str, tuple[str, list[str]]],
    tests: Mapping[str, set[str]],
    wanted: Sequence[str],
    *,
    with_tests: bool,
) -> None:
    """Print it."""
    shown_of_all = rows_of_all = 0
    for section, (title, rows) in sections.items():
        if wanted and not any(section == name or section.partition("-")[2] == name for name in wanted):
            continue
        shown = [row for row in rows if row in tests]
        shown_of_all, rows_of_all = shown_of_all + len(shown), rows_of_all + len(rows)
        if not shown and not wanted:
            continue
        print(f"{section:<14} {len(shown):>3} of {len(rows):>3}  {title}")
        if missing := [row.rpartition("-")[2] for row in rows if row not in tests]:
            print(f"{'':<14} without a test: {' '.join(missing)}")
        for row in shown if with_tests else []:
            print(f"{'':<14} {row}: {', '.join(sorted(tests[row]))}")
    known = {row for _, rows in sections.values() for row in rows}
    if unknown := sorted(set(tests) - known):
        print(f"marked but not in the list: {' '.join(unknown)}")
    untouched = [section for section, (_, rows) in sections.items() if not any(row in tests for row in rows)]
    if untouched and not wanted:
        print(f"sections without any test: {' '.join(untouched)}")
    print(f"{shown_of_all} of {rows_of_all} rows have a test")


if __name__ == "__main__":
    sys.exit(main())
