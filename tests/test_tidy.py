"""The house keeps its own rules, and each rule finds what it is there to find."""

import re
from pathlib import Path, PurePosixPath

import pytest
from tests import tidy

ROW = re.compile(r"\bH[ZH]-[\w.]+-\d+")
HOUSE = Path(__file__).resolve().parents[1] / "src" / "hpf"
FILES = sorted(path for path in HOUSE.rglob("*.py") if "migrations" not in path.parts)
CODES = frozenset().union(*(tidy.item_codes(path.read_text()) for path in FILES if "items" in path.parts))

EXAMPLES = {
    "long_functions": ("def f():\n" + "    pass\n" * 69, "def f():\n" + "    pass\n" * 70),
    "long_files": ("x = 1\n" * 400, "x = 1\n" * 401),
    "floats": ("Money.parse('0.1')", "Money(1) * 0.1"),
    "floats called": ("float('1')", "Money(float('1'))"),
    "own_clock": ("def f(at): return at.date()", "at = datetime.datetime.now()"),
    "own_clock today": ("clock.today()", "date.today()"),
    "own_clock in SQL": ("sql = 'UPDATE t SET at = %s'", "sql = 'UPDATE t SET at = now()'"),
    "own_clock in a model": ("f = DateTimeField()", "f = DateTimeField(auto_now_add=True)"),
    "shells_clock": ("from hpf.kernel.clock import Clock", "from hpf.access.clock import clock"),
    "catching_all": ("try: f()\nexcept ValueError: g()", "try: f()\nexcept Exception: g()"),
    "catching_all bare": ("try: f()\nexcept (KeyError, OSError): g()", "try: f()\nexcept: g()"),
    "knowing_names": ("if centre.code == wanted: f()", "if centre.code == 'hangzhou': f()"),
    "knowing_names of items": ("f('account.opening')", "if item.code in ('account.opening',): f()"),
    "knowing_names by case": ("match x:\n  case 'a': f()", "match x:\n  case 'heihe': f()"),
    "saving_all": ("case.save(update_fields=['state'])", "case.save()"),
    "signals": ("from hpf.dues import changes", "from django.db.models.signals import post_save"),
    "foreign_models": ("from hpf.dues.models import Due", "from hpf.parties.models import Person"),
    "foreign_models by name": ("from hpf.parties import facts", "from hpf.parties import models"),
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_house_is_tidy(path: Path) -> None:
    relative = PurePosixPath(path.relative_to(HOUSE))
    text = path.read_text()
    assert not [finding for rule in tidy.rules(CODES) for finding in rule.check(relative, text)]


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_rule_tells_good_from_bad(name: str) -> None:
    good, bad = EXAMPLES[name]
    finder = name.split(maxsplit=1)[0]
    codes = frozenset({"account.opening"})
    [rule] = [rule for rule in tidy.rules(codes) if rule.find.__qualname__.startswith(finder)]
    where = PurePosixPath("dues/example.py")
    assert rule.check(where, good) == []
    assert len(rule.check(where, bad)) == 1
    assert rule.cure in rule.check(where, bad)[0]


def test_every_rule_has_an_example() -> None:
    shown = {name.split()[0] for name in EXAMPLES}
    assert {rule.find.__qualname__.split(".")[0] for rule in tidy.rules(CODES)} == shown


def test_marks_name_rows_that_exist() -> None:
    tests = Path(__file__).parent
    known = set((tests.parent / "docs" / "requirements-index.txt").read_text().split())
    texts = [path.read_text() for path in tests.rglob("*.py")]
    marked = {row for text in texts for mark in re.findall(r"mark\.req\(([^)]*)\)", text) for row in ROW.findall(mark)}
    assert marked <= known


def test_an_item_may_have_150_lines() -> None:
    [rule] = [rule for rule in tidy.rules(CODES) if rule.find is tidy.long_files]
    assert rule.check(PurePosixPath("items/account/x.py"), "x = 1\n" * 150) == []
    assert rule.check(PurePosixPath("items/account/x.py"), "x = 1\n" * 151)
