"""`make trace` reads the catalogue's ids and says which rows have a test."""

import pytest
from tools import trace

CATALOGUE = """
## HZ 2.3 Reopening (启封) — L226–L229

| id | statement | kind | how |
|---|---|---|---|
| HZ-2.3-01 | One. | rule | see |
| HZ-2.3-02 | Two. | rule | see |

## HH 3.4 Opening (个人开户) — L61–L77

| HH-3.4-01 | One. | rule | see |
| HZ-2.3-01 | Named again. | rule | see |
"""


def test_the_list_keeps_every_row_once() -> None:
    assert trace.read_index(trace.make_index(CATALOGUE)) == {
        "HZ-2.3": ("Reopening (启封)", ["HZ-2.3-01", "HZ-2.3-02"]),
        "HH-3.4": ("Opening (个人开户)", ["HH-3.4-01"]),
    }


@pytest.mark.parametrize("wanted", [["2.3"], ["HZ-2.3"]])
def test_tells_what_has_no_test(capsys: pytest.CaptureFixture[str], wanted: list[str]) -> None:
    sections = trace.read_index(trace.make_index(CATALOGUE))
    trace.report(sections, {"HZ-2.3-01": {"tests/a.py::b"}}, wanted, with_tests=True)
    said = capsys.readouterr().out
    assert "1 of   2  Reopening (启封)" in said
    assert "without a test: 02" in said
    assert "HZ-2.3-01: tests/a.py::b" in said
    assert "HH-3.4" not in said


def test_tells_marks_that_name_no_row(capsys: pytest.CaptureFixture[str]) -> None:
    sections = trace.read_index(trace.make_index(CATALOGUE))
    trace.report(sections, {"HZ-9.9-99": {"tests/a.py::b"}}, [], with_tests=False)
    assert "not in the list: HZ-9.9-99" in capsys.readouterr().out


def test_this_repositorys_own_list() -> None:
    sections = trace.read_index(trace.INDEX.read_text())
    assert len({row for _, rows in sections.values() for row in rows}) == 898
