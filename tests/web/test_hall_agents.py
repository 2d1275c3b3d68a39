"""Several agents of one employer on one list, one agent of several employers in two windows, a bureau with 300."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import personas
from tests.checking import BOTH, CHECKER, agent, id_of
from tests.hall import HOME, OPENING, Roster, row, text_of
from tests.parties import builders as b
from tests.paying import Payer

from hpf.engine import readers
from hpf.engine.catalogue import catalogue
from hpf.engine.declare import FormKind, Item
from hpf.kernel.clock import FixedClock
from hpf.parties import load
from hpf.parties import readers as parties
from hpf.policy import book

CLIENTS = 300


def browser(name: str) -> Client:
    """A browser of one of the agents."""
    return personas.login(personas.Persona(f"portal:{name}", name, id_of(name), ""))


def city(*employers: load.EmployerRow) -> None:
    """These employers, nobody else."""
    load.city(employers, [], book.load("hangzhou").at(b.AT.date()))


def number_of(name: str) -> str:
    """The account number of the employer with this name."""
    found = (one for one in parties.employer_accounts_of_agent(id_of(BOTH)) if one.name == name)
    return next(found).account_no


def rows_of(account_no: str) -> int:
    """How many rows wait in the list of an account."""
    draft = readers.draft(parties.employer_account_by_no(account_no).id, "account.opening")
    return draft.rows if draft else 0


@pytest.fixture
def two(centre: object, clock: FixedClock) -> tuple[str, str]:
    """Two employers of one agent; their account numbers."""
    city(*(b.employer(ref)._replace(agents=[agent(BOTH)]) for ref in ("甲", "乙")))
    return number_of("杭州甲有限公司"), number_of("杭州乙有限公司")


def test_two_agents_on_one_list_see_each_others_rows_and_lose_nothing(centre: object, clock: FixedClock) -> None:
    city(b.employer("甲")._replace(agents=[agent(BOTH), agent(CHECKER)]))
    first, second = Roster(browser(BOTH)).enter(), Roster(browser(CHECKER))
    first.save(1)
    words = text_of(second.client.get(HOME))
    assert "有 1 条录入的记录尚未提交" in words and BOTH in words
    second.enter()
    assert second.names() == ["张三"]
    answer = first.save(2, name="李四")
    words = text_of(answer)
    assert answer.status_code == 409 and "该业务已在其他窗口重新进入" in words and "单笔录入的记录仍在" in words
    second.save(3, name="王五")
    first.enter()
    assert 'value="李四"' in first.page().content.decode(), "what was typed is still in the form"
    assert first.names() == ["张三", "王五"]
    assert second.send("list/confirm/").status_code == 409


def test_a_window_of_one_employer_never_works_for_another(two: tuple[str, str]) -> None:
    one, other = two
    client = browser(BOTH)
    client.get(f"{HOME}employers/{one}/")
    first = Roster(client).enter()
    first.save(1)
    client.get(f"{HOME}employers/{other}/")  # in a second window
    second = Roster(client).enter()
    steps = ["list/save/", "list/delete/", "list/confirm/", "list/import/", "materials/upload/", "materials/"]
    for step in steps:
        answer = first.send(step, row(2) if step == "list/save/" else {"row": "1"})
        words = text_of(answer)
        assert answer.status_code == 409 and "没有为任何单位产生业务结果" in words, step
        assert "切换回杭州甲有限公司继续办理 为杭州乙有限公司办理" in words
    assert (rows_of(one), rows_of(other)) == (1, 0)
    back = re.findall(r'href="([^"]+)"[^>]*><svg[^>]*>.*?</svg><span>切换回', first.page().content.decode())
    page = client.get(back[0].replace("&amp;", "&"), follow=True)
    assert 'value="330' in page.content.decode() and "杭州甲有限公司" in text_of(page), "what was typed is in the form"
    assert second.page().status_code == 409


def test_a_confirmed_list_of_one_employer_is_not_submitted_for_another(two: tuple[str, str]) -> None:
    one, other = two
    client = browser(BOTH)
    client.get(f"{HOME}employers/{one}/")
    roster = Roster(client).enter()
    roster.save(1)
    submission = roster.submission(roster.to_confirmation())
    client.get(f"{HOME}employers/{other}/")
    assert roster.send("confirm/", submission).status_code == 409
    assert "还没有办件" in text_of(client.get(HOME))
    client.get(f"{HOME}employers/{one}/")
    address = roster.send("confirm/", submission)["Location"]
    assert readers.case(address.split("/")[-2], parties.employer_account_by_no(one).employer_id).total == 1
    client.get(f"{HOME}employers/{other}/")
    answer = client.get(address)
    assert answer.status_code == 404 and "属于您经办的另一个单位“杭州甲有限公司”" in text_of(answer)
    there = re.findall(r'href="([^"]+)"[^>]*><svg[^>]*>.*?</svg><span>切换到该单位查看', answer.content.decode())[0]
    assert address in str(client.get(there.replace("&amp;", "&"))["Location"])


@pytest.mark.parametrize("kind", [FormKind.SELECTION, FormKind.CERTIFICATE])
def test_the_other_kinds_of_form_are_bound_too(two: tuple[str, str], kind: FormKind) -> None:
    one, other = two
    client = browser(BOTH)
    code = next(
        offer.service.code
        for offer in catalogue().offers
        if isinstance(offer.service, Item) and offer.service.form is kind
    )
    base = f"{HOME}items/{code}/"
    client.get(f"{HOME}employers/{one}/")
    page = client.get(base).content.decode()
    visit = re.findall(r'name="visit" value="([\w-]+)"', page) or [Payer(client).enter().visit]
    client.get(f"{HOME}employers/{other}/")
    answer = client.post(base, {"visit": visit[0], "month": "2026-10", "kind": "remittance"})
    assert answer.status_code == 409 and "杭州甲有限公司" in text_of(answer)


@pytest.mark.req("HZ-1.3-10")
def test_a_bureau_finds_one_of_300_employers(centre: object, clock: FixedClock) -> None:
    rows = [b.employer(f"客户{n:03d}")._replace(agents=[agent(BOTH)]) for n in range(CLIENTS)]
    rows = [one._replace(credit_code=f"91330{n:03d}MA2ABCDEF{n % 10}") for n, one in enumerate(rows)]
    city(*rows)
    client = browser(BOTH)
    answer = client.get(f"{OPENING}list/?no=3&edit=2")
    assert answer.status_code == 302 and "employers/" in answer["Location"], "the choice comes first"
    page = client.get(answer["Location"])
    words = text_of(page)
    assert ("共 300 个账号" in words and "第 1 / 6 页" in words.replace("1/6", "1 / 6")) or "300" in words
    assert len(re.findall("为该单位办理", words)) == 50
    second = text_of(client.get(f"{HOME}employers/", {"page": 6}))
    assert "杭州客户299有限公司" in second and "杭州客户249有限公司" not in second
    for asked in ("客户123", number_of("杭州客户123有限公司"), "91330123ma2abcdef3"):
        words = text_of(client.get(f"{HOME}employers/", {"q": asked}))
        assert "杭州客户123有限公司" in words and words.count("为该单位办理") == 1, asked
    assert "没有符合条件的单位" in text_of(client.get(f"{HOME}employers/", {"q": "没有的"}))
    there = re.findall(r'href="([^"]+next=[^"]+)"', page.content.decode())[0]
    assert client.get(there.replace("&amp;", "&"))["Location"] == f"{OPENING}list/?no=3&edit=2", "all of the address"
    assert "全部 300 个单位账号" in text_of(client.get(HOME))


def test_the_number_of_queries_does_not_grow_with_the_employers(centre: object, clock: FixedClock) -> None:
    counts = []
    city(*(b.employer(f"客户{n:03d}")._replace(agents=[agent(BOTH)]) for n in range(3)))
    client = browser(BOTH)
    for _ in range(2):
        client.get(f"{HOME}employers/")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"{HOME}employers/")
        counts.append(len(asked))
        if len(counts) == 1:
            city(*(b.employer(f"更多{n:03d}")._replace(agents=[agent(BOTH)]) for n in range(40)))
    assert counts[0] == counts[1]
