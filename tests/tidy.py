"""The rules of the house that no other tool knows. Each finds what breaks it and says the cure.

A rule is a generator over one file: `rule(path, tree, text)` yields line numbers. `path` is relative to src/hpf.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath as Path

Finder = Callable[[Path, ast.Module, str], Iterator[int]]

CLOCK = Path("access/clock.py")
ASK_THE_CLOCK = frozenset({"access", "api", "runs", "site", "web"})
JOBS_ELSEWHERE = frozenset({Path("trail/changes.py"), Path("outside/telling.py"), Path("outside/payments.py")})
"""Files outside the shells with a job in them, whose first line may ask for the time."""
SHELLS_THAT_CATCH_ALL: frozenset[Path] = frozenset()
"""Files that may say `except Exception`: the outermost loops, which must go on whatever happens."""
REAL_TIME = frozenset({"access", "outside", "site", "web"})
"""Packages whose SQL may say now(): sessions, tokens, queue."""
CENTRES = frozenset({"hangzhou", "heihe"})
_SQL_NOW = re.compile(r"\b(now\(\)|current_date\b|current_timestamp\b|localtimestamp\b)", re.IGNORECASE)
_NOW = re.compile(
    r"(datetime\.)?(datetime|date)\.(now|today|utcnow)|timezone\.(now|localdate|localtime)|time\.(time|gmtime|localtime)"
)
_ITEM_CODE = re.compile(r"^\s+code=\"([a-z_.-]+)\"", re.MULTILINE)


@dataclass(frozen=True)
class Rule:
    """One rule: what it forbids, what to do instead, and how to find what breaks it."""

    name: str
    cure: str
    find: Finder

    def check(self, path: Path, text: str) -> list[str]:
        """One line per finding, ready to print."""
        return [f"{path}:{line}: {self.name}. {self.cure}" for line in self.find(path, ast.parse(text), text)]


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _strings(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def long_functions(path: Path, tree: ast.Module, text: str) -> Iterator[int]:
    """Functions of more than 70 lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 70:
            yield node.lineno


def long_files(path: Path, tree: ast.Module, text: str) -> Iterator[int]:
    """Files of more than 400 lines, items of more than 150."""
    limit = 150 if path.parts[0] == "items" else 400
    if (lines := text.count("\n")) > limit:
        yield lines


def floats(path: Path, tree: ast.Module, text: str) -> Iterator[int]:
    """Float literals and calls of float() in files that know money."""
    if "Money" not in text and "_fen" not in text:
        return
    for node in ast.walk(tree):
        is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
        if is_literal or is_call:
            yield node.lineno  # type: ignore[attr-defined]


def own_clock(path: Path, tree: ast.Module, text: str) -> Iterator[int]:
    """Asking the machine for the time."""
    if path == CLOCK:
        return
    yield from (call.lineno for call in _calls(tree) if _NOW.fullmatch(ast.unparse(call.func)))
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ("auto_now", "auto_now_add"):
            yield node.value.lineno
        if isinstance(node, ast.Expr):
            continue  # docstrings may say it
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value[:1]
        if is_text and path.parts[0] not in REAL_TIME and _SQL_NOW.search(str(node.value)):  # type: ignore[attr-defined]
            yield node.lineno  # type: ignore[attr-defined]


def shells_clock(path: Path, tree: ast.Module, text: str) -> Iterator[int]:
    """Reading the shells' clock below the shells."""
    if path.parts[0] in ASK_THE_CLOCK or path.name == "jobs.py" or path in JOBS_ELSEWHERE:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "hpf.access.clock":
            yield node.lineno


def catching_all(path: Path, tree: ast.Module, text: str) -> Iterator[int]:
    """`except:` and `except Exception:`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and path not in SHELLS_THAT_CATCH_ALL:
            caught = ast.unparse(node.type) if node.type else "Exception"
            if re.search(r"\b(Base)?Exception\b", caught):
                yield node.lineno


def knowing_names(codes: frozenset[str]) -> Finder:
    """Comparisons with the name of a centre or the code of an item, outside centres/."""

    def find(path: Path, tree: ast.Module, text: str) -> Iterator[int]:
        if path.parts[0] == "centres":
            return
        for node in ast.walk(tree):
            compared = (
                node if isinstance(node, ast.Compare) else node.pattern if isinstance(node, ast.match_case) else None
            )
            if compared and (CENTRES | codes).intersection(_strings(compared)):
                yield compared.lineno

    return find


def saving_all(path: Path, tree: ast.Module, text: str) -> Iterator[int]:
    """`save()` of a row without naming its fields."""
    for call in _calls(tree):
        keywords = {keyword.arg for keyword in call.keywords}
        is_save = isinstance(call.func, ast.Attribute) and call.func.attr == "save" and not call.args
        if is_save and not keywords & {"update_fields", "force_insert"}:
            yield call.lineno


def signals(path: Path, tree: ast.Module, text: str) -> Iterator[int]:
    """Django's signals."""
    for node in ast.walk(tree):
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        if module.endswith("signals") or module == "django.dispatch":
            yield node.lineno  # type: ignore[attr-defined]


def foreign_models(path: Path, tree: ast.Module, text: str) -> Iterator[int]:
    """Importing another package's models."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("hpf."):
            parts = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            if "models" in parts[2:] and parts[1] != path.parts[0]:
                yield node.lineno


def item_codes(text: str) -> frozenset[str]:
    """The codes declared in an item's file."""
    return frozenset(_ITEM_CODE.findall(text))


def rules(codes: frozenset[str]) -> list[Rule]:
    """All rules, for a house whose items have these codes."""
    return [
        Rule("function of more than 70 lines", "Give its steps names.", long_functions),
        Rule("file too long (400 lines, an item 150)", "Find the second thing it does.", long_files),
        Rule("float near money", "Use Money, Decimal and Rate.", floats),
        Rule(
            "asks the machine for the time", "Take the moment as an argument; shells ask hpf.access.clock.", own_clock
        ),
        Rule("asks the shells' clock", "Let the shell pass the moment down.", shells_clock),
        Rule("catches everything", "Name the errors you can answer; let the rest be seen.", catching_all),
        Rule(
            "compares with a centre or an item",
            "Make it a value in policy/packs or a keyword of Item.",
            knowing_names(codes),
        ),
        Rule("save() without update_fields", "Name the fields, or write one statement for all rows.", saving_all),
        Rule("signal", "Call the function where the thing happens.", signals),
        Rule("models of another package", "Use its facts, readers, changes or listings.", foreign_models),
    ]
