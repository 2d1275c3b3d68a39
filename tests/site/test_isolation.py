"""Two cities in one installation: nothing of one can be reached from the other, at any address, with any number."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver
from tests import personas, staff
from tests.reviewing import CENTRE, applied, city, number, person

from hpf.access.actor import Role
from hpf.access.tenancy import in_centre
from hpf.documents import readers as documents
from hpf.engine import readers
from hpf.engine.intake.materials import MATERIALS_OF
from hpf.kernel.clock import FixedClock
from hpf.parties import readers as parties
from hpf.web.hall.urls import STEPS

ELSEWHERE = "/hangzhou/"
SECRETS = ("李一", number(1), number(1)[:6] + "********", "13800001111", "征信授权书")
"""What stands in the case and in nothing that is asked."""
ENDS_THE_VISIT = re.compile("logout|clock")


def _patterns(found: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for one in found:
        path = before + str(one.pattern).removeprefix("^").removesuffix("$").removesuffix(r"\Z")
        if isinstance(one, URLResolver):
            yield from _patterns(one.url_patterns, path)
        else:
            yield path


def addresses(known: dict[str, str]) -> list[str]:
    """Every address inside a centre, its parameters filled with these values, and every step of an item."""
    patterns = list(_patterns(get_resolver("hpf.site.urls_centre").url_patterns))
    filled = [re.sub(r"<(?:\w+:)?(\w+)>", lambda m: known.get(m[1], "1"), path) for path in patterns]
    steps = {name for kind in STEPS.values() for name in kind if name}
    filled += [f"items/{known['code']}/{name}/" for name in sorted(steps)]
    return [path for path in filled if not ENDS_THE_VISIT.search(path)]


@pytest.fixture
def known(centre: object, clock: FixedClock) -> dict[str, str]:
    """What an agent of Heihe can read there of its own: the numbers of a case, an account, a paper."""
    city()
    no = applied(personas.login(personas.AGENT), person(1, "李一"))
    with in_centre(CENTRE):
        case = readers.case(no, None)
        paper = str(documents.materials_of(MATERIALS_OF, case.submit_key)[0].id)
        account_no = parties.employer_account(case.employer_account_id).account_no
    return {
        "no": no, "case": no, "order_no": no, "of": no, "account_no": account_no, "account": account_no,
        "code": "account.opening_reviewed", "name": "list", "key": case.submit_key, "id": paper, "paper_id": paper,
        "row": "1", "submit_key": case.submit_key, "item": "account.opening_reviewed",
    }  # fmt: skip


def _state_of_heihe() -> tuple[object, ...]:
    with in_centre(CENTRE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM trail_entry), (SELECT count(*) FROM engine_draft),"
            " (SELECT string_agg(no || state || coalesce(taken_by, ''), ' ' ORDER BY id) FROM engine_case),"
            " (SELECT count(*) FROM documents_material), (SELECT count(*) FROM parties_membership)"
        )
        found: tuple[object, ...] = cursor.fetchone()
        return found


@pytest.mark.parametrize("who", ["agent of both", "agent of the other", "reviewer of the other"])
def test_no_address_of_one_city_tells_or_changes_anything_of_the_other(known: dict[str, str], who: str) -> None:
    """Each is read and sent to with the other's numbers; only what the visitor sent comes back."""
    if who == "agent of both":
        personas.city()
    reviewer = who == "reviewer of the other"
    client = staff.at_desk(Role.REVIEWER, centre=CENTRE) if reviewer else personas.login(personas.AGENT)
    before, tried = _state_of_heihe(), addresses(known)
    assert len(tried) > 80
    for path in tried:
        for method in (client.get, client.post):
            answer = method(ELSEWHERE + path, known)
            assert answer.status_code < 500, path
            streamed = getattr(answer, "streaming_content", None)
            body = b"".join(streamed) if streamed is not None else answer.content
            told = body.decode(errors="replace") + str(answer.headers)
            assert [word for word in SECRETS if word in told] == [], path
    assert _state_of_heihe() == before


@pytest.mark.parametrize("path", ["cases/{no}/", "cases/{no}/material/?id={id}", "items/account.opening_reviewed/",
                                  "employers/{account_no}/", "items/account.opening_records/"])  # fmt: skip
def test_what_is_there_at_home_is_nowhere_else(known: dict[str, str], path: str) -> None:
    """The address that works in Heihe is not found in Hangzhou, even for one who is an agent in both."""
    personas.city()
    client = personas.login(personas.AGENT)
    asked = path.format(**known)
    assert client.get(f"/{CENTRE}/{asked}", follow=True).status_code == 200
    assert "李一" in client.get(f"/{CENTRE}/cases/{known['no']}/").content.decode()
    assert client.get(ELSEWHERE + asked).status_code == 404


def test_a_reviewer_of_one_city_has_no_desk_in_the_other(known: dict[str, str]) -> None:
    client = staff.at_desk(Role.REVIEWER, centre=CENTRE)
    assert client.get(f"/{CENTRE}/desk/reviews/{known['no']}/").status_code == 200
    assert client.get(f"{ELSEWHERE}desk/reviews/{known['no']}/").status_code in (302, 403, 404)
    assert client.get(f"{ELSEWHERE}desk/").status_code in (302, 403, 404)


def test_no_foreign_key_leaves_its_schema_for_another_centre(centre: object) -> None:
    """What a later spread over machines counts on: only the shared tables are pointed to from outside."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.connamespace::regnamespace::text, c.conname, r.relnamespace::regnamespace::text"
            " FROM pg_constraint c JOIN pg_class r ON r.oid = c.confrelid WHERE c.contype = 'f'"
            " AND r.relnamespace <> c.connamespace AND r.relnamespace::regnamespace::text <> 'public'"
        )
        assert cursor.fetchall() == []
