"""Every address of the installation times everybody who may come to it, against docs/who-may-do-what.md.

A new address without a line there fails, and so does a line without an address.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.http import urlencode
from tests import installation, personas, reviewing
from tests.installation import Known, ask

from hpf.access.actor import Role
from hpf.engine.catalogue import catalogue
from hpf.engine.declare import Enquiry, Item, Redirect
from hpf.kernel.clock import FixedClock
from hpf.outside.demo_keys import ensure_demo_keys
from hpf.web.desk import permissions
from hpf.web.hall.urls import STEPS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "who-may-do-what.md"
ONLY_IN_THE_DEMO = re.compile("kit/")
HALL, STEP, DESK, API, OPEN = "The hall", "The steps of an item", "The desk", "The API", "Open to everybody"
VERBS = {"policy/changes/<amendment_id>/decide/": "approve", "staff/<user_id>/change/": "roles"}
"""What the forms of these addresses are asked to do; they know nothing else."""
READS_BY_FORM = {"desk/reviews/<no>/reveal/", "desk/cases/<no>/reveal/", "desk/trail/check/"}
Table = dict[str, dict[str, str]]


def tables() -> dict[str, Table]:
    """The page's tables by their heading: column heads to cells, by address."""
    found: dict[str, Table] = {}
    heading, heads = "", list[str]()
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading, heads = line[3:], []
        elif line.startswith("| ") and not heads:
            heads = _cells(line)[1:]
            found[heading] = {}
        elif line.startswith("| "):
            address, *cells = _cells(line)
            found[heading][address.strip("`")] = dict(zip(heads, cells, strict=True))
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("| ").split(" | ")]


def _patterns(found: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for one in found:
        path = before + re.sub(r"^\^|\\?[$Z]$", "", str(one.pattern))
        if isinstance(one, URLResolver):
            yield from _patterns(one.url_patterns, path)
        else:
            yield re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", re.sub(r"<\w+:", "<", path)).replace("^", "")


def addresses() -> dict[str, set[str]]:
    """Every address by the table it belongs to; those of no city begin with a slash."""
    inside = set(_patterns(get_resolver("hpf.site.urls_centre").url_patterns))
    root = {f"/{path}" for path in _patterns(get_resolver("hpf.site.urls").url_patterns)}
    by_door = {door: {path for path in inside if path.startswith(door)} for door in ("desk/", "api/", "verify/")}
    return {
        HALL: inside - by_door["desk/"] - by_door["api/"] - by_door["verify/"],
        STEP: {f"{kind}: {name}".strip() for kind, steps in _steps().items() for name in steps},
        DESK: by_door["desk/"],
        API: by_door["api/"],
        OPEN: by_door["verify/"] | {path for path in root if not ONLY_IN_THE_DEMO.search(path)},
    }


def _steps() -> dict[str, list[str]]:
    return {_kind(kind): list(steps) for kind, steps in STEPS.items()}


def _kind(kind: Any) -> str:
    return str(getattr(kind, "name", getattr(kind, "__name__", kind))).lower()


def _item_of_kind(kind: str) -> str:
    """An item of Hangzhou with this kind of form."""
    for offer in catalogue().offers:
        service = offer.service
        own = service.form if isinstance(service, Item) else Redirect if isinstance(service, Redirect) else Enquiry
        if _kind(own) == kind:
            return service.code
    raise LookupError(kind)


def test_every_address_has_a_line_and_every_line_an_address() -> None:
    shown = tables()
    for heading, found in addresses().items():
        assert set(shown[heading]) == found, heading


def place(heading: str, address: str, known: Known) -> tuple[str, dict[str, str]]:
    """Where an address is, with its numbers filled in, and what goes along as fields."""
    told: dict[str, str] = dict(known.desk if heading == DESK else known.hall)
    told |= {"centre": personas.CENTRE, "provider_id": "portal", "rest": "nowhere", "name": "list", "column": "id_no"}
    told |= {"do": next((do for part, do in VERBS.items() if part in address), "")}
    if heading == STEP:
        kind, _, name = address.partition(":")
        told |= {"code": _item_of_kind(kind), "name": name.strip()}
        address = f"items/<code>/{'<name>/' if name.strip() else ''}"
    elif "records" in address:
        told |= {"code": _item_of_kind("enquiry"), "key": told["no"]}
    elif "items/<code>" in address:
        told["code"] = _item_of_kind("roster")
    if "documents/<no>" in address:
        told["no"] = known.paper_no if heading == DESK else known.hall["document"]
    if re.search(r"cases/<no>/(check|send-back|withdraw)/", address):
        told["no"] = known.waiting
    filled = re.sub(r"<(\w+)>", lambda found: told[found[1]], address)
    centre = reviewing.CENTRE if heading == DESK else personas.CENTRE
    return filled if filled.startswith("/") else f"/{centre}/{filled}", told


def outcome(answer: Any, method: str) -> str:
    """yes: it is shown, or what was sent has been judged; else where it ends."""
    status = answer.status_code
    assert status < 500 and status != 429, status
    if status in (301, 302, 303) and re.match(r"(/\w+)?/login/|/desk-login", answer["Location"]):
        return "login"
    if status == 405 or (status == 400 and method == "get"):
        return "–"
    assert method != "get" or status < 400 or status in (401, 403, 404, 409), status  # 409: a visit that is over
    return str(status) if status in (401, 403, 404) else "yes"


@pytest.fixture
def everything(
    centre: object, clock: FixedClock, drain: Callable[[], int], settings: Any, tmp_path: Path
) -> tuple[Known, Mapping[str, Any]]:
    """Both cities in a production's settings, with nobody outside who answers."""
    nowhere = "http://127.0.0.1:9"
    settings.DEMO = False
    settings.HPF_CASHIER = {**settings.HPF_CASHIER, "base_url": nowhere, "keys": ensure_demo_keys(tmp_path / "keys")}
    portal = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]
    app = {**portal["APPS"][0], "settings": {**portal["APPS"][0]["settings"], "server_url": nowhere}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {**portal, "APPS": [app]}}
    return installation.build(clock, drain)


def seen(heading: str, address: str, who: str, everything: tuple[Known, Mapping[str, Any]]) -> str:
    """What happens, as a cell of the table: GET / POST, of the API also DELETE; one word where all are alike."""
    known, everybody = everything
    path, told = place(heading, address, known)
    methods = ("get", "post", "delete") if heading == API else ("get", "post")
    query = urlencode({key: told.get(key, "") for key in ("row", "id", "of", "column")})
    found = []
    for method in methods:
        if heading in (API, OPEN):  # these refuse parameters that they do not know
            answer = ask(everybody[who], method, path, {}, "{}" if method == "post" else None)
        else:
            answer = ask(everybody[who], method, path if method == "get" else f"{path}?{query}", told)
        found.append(outcome(answer, method))
    return found[0] if len(set(found)) == 1 else " / ".join(found)


@pytest.mark.parametrize("heading", [HALL, STEP, DESK, API, OPEN])
def test_everybody_gets_where_the_table_says(heading: str, everything: tuple[Known, Mapping[str, Any]]) -> None:
    wrong = [
        f"{address}, {who}: {cell} is told, {got} is true"
        for address, cells in tables()[heading].items()
        for who, cell in cells.items()
        if (got := seen(heading, address, who, everything)) != cell
    ]
    assert wrong == []


def test_no_role_can_do_everything_and_the_auditor_changes_nothing() -> None:
    """What takes forms only has – before the stroke for those who may."""
    forms = {address: cells for address, cells in tables()[DESK].items() if "– / yes" in cells.values()}
    assert len(forms) > 10
    for role in Role:
        assert [address for address, cells in forms.items() if cells[role.value] == "403"], role
    assert {address for address, cells in forms.items() if cells["auditor"] != "403"} == READS_BY_FORM
    assert not [right for right in permissions.TABLE if right.changes and Role.AUDITOR in right.roles]
    assert all(Role.AUDITOR in right.roles for right in permissions.TABLE if not right.changes)
