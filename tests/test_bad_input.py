"""The table of bad inputs names tests that exist, with cases that they have."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TABLE = (TESTS / "bad-input.md").read_text()
LINES = re.findall(r"^\| (.+?) \| (.+?) \| `([\w/]+\.py)::(\w+)(?:\[(.+)\])?` \|$", TABLE, re.MULTILINE)


def test_every_line_of_the_table_is_read() -> None:
    assert len(LINES) == len(re.findall(r"^\|", TABLE, re.MULTILINE)) - 2 * TABLE.count("\n## ")
    assert len({line[2:] for line in LINES}) == len(LINES), "a test shows one thing"


@pytest.mark.parametrize(("what", "becomes", "path", "name", "case"), LINES, ids=[f"{n}-{c}" for *_, n, c in LINES])
def test_each_bad_input_has_its_test(what: str, becomes: str, path: str, name: str, case: str) -> None:
    module = ast.parse((TESTS / path).read_text())
    (function,) = (one for one in module.body if isinstance(one, ast.FunctionDef) and one.name == name)
    marks = " ".join(ast.unparse(mark) for mark in function.decorator_list)
    assert "skip" not in marks and "xfail" not in marks
    if case:
        assert "parametrize" in marks
        assert case in set().union(*map(_texts, [path, *_makers(module)]))


def _makers(module: ast.Module) -> list[str]:
    """The files that a test takes hostile things from, by their path below tests/."""
    found = [node.module for node in module.body if isinstance(node, ast.ImportFrom) and node.module]
    ours = [name.removeprefix("tests.") for name in found if name.startswith("tests.") and "hostile" in name]
    return [f"{name.replace('.', '/')}.py" for name in ours]


def _texts(path: str) -> set[object]:
    """The words that stand in a file."""
    return {node.value for node in ast.walk(ast.parse((TESTS / path).read_text())) if isinstance(node, ast.Constant)}
