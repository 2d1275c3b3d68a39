"""凭证 at the desk: found by what is printed on them, revoked by two people, and told to whoever verifies them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests import personas
from tests.hall import HOME, Answer, Roster, text_of
from tests.paying import trail_of
from tests.staff import at_desk as staff

from hpf.access.actor import Actor, Role
from hpf.documents import changes, listings, readers
from hpf.documents.facts import DocumentState, Issued, RevocationRefused, grouped
from hpf.kernel.clock import FixedClock

PAPERS = f"{HOME}desk/documents/"


@pytest.fixture
def issued(centre: object, clock: FixedClock, drain: Callable[[], int]) -> Issued:
    """The voucher of a case that the agent of an employer has printed."""
    personas.city()
    agent = personas.login(personas.AGENT)
    roster = Roster(agent).enter()
    roster.save(1, name="李晓明")
    case = roster.submit()
    drain()
    assert agent.get(f"{case}voucher/")["Content-Type"] == "application/pdf"
    (found,) = listings.find_documents("", [personas.account_of(personas.AGENT).id]).items
    return found


@pytest.fixture
def asked(issued: Issued) -> Issued:
    """A colleague wants it revoked."""
    answer = _ask(staff(Role.TELLER, name="沈提出"), issued, "单位名称印错")
    assert "由另一名工作人员复核后生效" in text_of(answer)
    return issued


def _ask(client: Client, issued: Issued, reason: str = "", **more: str) -> Answer:
    answer: Answer = client.post(f"{PAPERS}{issued.no}/revoke/", {"reason": reason, **more}, follow=True)
    return answer


def _decide(client: Client, issued: Issued, do: str, words: str = "") -> Answer:
    answer: Answer = client.post(f"{PAPERS}{issued.no}/decide/", {"do": do, "words": words}, follow=True)
    return answer


def _state(issued: Issued) -> DocumentState:
    found = readers.document_by_no(issued.no)
    assert found is not None
    return found.state


@pytest.mark.parametrize("by", ["number", "code", "code as printed", "case", "account", "part of the name"])
def test_a_document_is_found_by_what_is_printed_on_it(issued: Issued, by: str) -> None:
    account = personas.account_of(personas.AGENT)
    typed = {
        "number": issued.no.lower(), "code": issued.code, "code as printed": grouped(issued.code).lower(),
        "case": issued.business_no, "account": account.account_no, "part of the name": account.name[2:4],
    }[by]  # fmt: skip
    words = text_of(staff(Role.TELLER).get(PAPERS, {"q": typed}))
    assert issued.no in words and account.name in words and "有效" in words


def test_what_is_not_there_is_not_found(issued: Issued) -> None:
    teller = staff(Role.TELLER)
    rival = personas.account_of(personas.RIVAL).account_no
    for typed in ("YW2026111699999999", rival, "%", "李晓明"):
        assert "没有找到凭证" in text_of(teller.get(PAPERS, {"q": typed})), typed
    assert "没有找到凭证" in text_of(teller.get(PAPERS, {"q": issued.no, "kind": "payment_slip"}))
    assert "没有作废申请" in text_of(teller.get(PAPERS))
    assert teller.get(f"{PAPERS}YW2026111699999999/").status_code == 404


def test_names_are_masked_on_the_page_and_whole_in_the_paper(issued: Issued) -> None:
    reviewer = staff(Role.REVIEWER)
    page = reviewer.get(f"{PAPERS}{issued.no}/").content.decode()
    assert "李晓明" not in page and issued.business_no in page
    answer: Any = reviewer.get(f"{PAPERS}{issued.no}/pdf/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert len(trail_of("document.seen")) == 1


def test_one_asks_another_agrees_and_the_world_is_told(asked: Issued) -> None:
    assert _state(asked) is DocumentState.VALID
    reviewer = staff(Role.REVIEWER, name="胡复核")
    assert "单位名称印错" in text_of(reviewer.get(PAPERS)) and "待复核" in text_of(reviewer.get(PAPERS))
    assert "已作废，核验时显示作废原因" in text_of(_decide(reviewer, asked, "agree"))
    assert _state(asked) is DocumentState.REVOKED
    told = text_of(Client().get(f"{HOME}verify/{asked.code}"))
    assert "凭证已作废" in told and "单位名称印错" in told
    words = text_of(reviewer.get(f"{PAPERS}{asked.no}/"))
    assert "沈提出" in words and "胡复核" in words and "提出作废" not in words.split("作废申请")[0]
    assert trail_of("revocation.asked") == trail_of("revoked") == [{"reason": "单位名称印错"}]


def test_nobody_agrees_with_themselves(issued: Issued) -> None:
    reviewer = staff(Role.REVIEWER)
    _ask(reviewer, issued, "单位名称印错")
    assert "同意作废" not in text_of(reviewer.get(f"{PAPERS}{issued.no}/"))
    for do in ("agree", "refuse"):
        answer = _decide(reviewer, issued, do, "不必")
        assert answer.status_code == 422 and "不能复核本人提出的作废" in text_of(answer)
    assert _state(issued) is DocumentState.VALID


def test_a_teller_asks_but_does_not_agree(asked: Issued) -> None:
    assert _decide(staff(Role.TELLER), asked, "agree").status_code == 403
    auditor = staff(Role.AUDITOR)
    assert auditor.get(f"{PAPERS}{asked.no}/").status_code == 200
    assert _ask(auditor, asked, "x").status_code == _decide(auditor, asked, "agree").status_code == 403
    assert staff(Role.ACCOUNTANT).get(PAPERS).status_code == 403


def test_a_request_is_refused_with_a_reason(asked: Issued) -> None:
    reviewer = staff(Role.REVIEWER)
    assert "请填写不予作废的原因" in text_of(_decide(reviewer, asked, "refuse", " "))
    assert "继续有效" in text_of(_decide(reviewer, asked, "refuse", "名称是对的"))
    assert _state(asked) is DocumentState.VALID
    words = text_of(reviewer.get(PAPERS, {"outcome": "refused"}))
    assert "名称是对的" in words and asked.no in words
    assert "没有作废申请" in text_of(reviewer.get(PAPERS, {"outcome": "waiting"}))
    assert "没有等待复核的作废申请" in text_of(_decide(reviewer, asked, "agree"))


def test_who_asked_takes_it_back(issued: Issued) -> None:
    teller, other = staff(Role.TELLER), staff(Role.TELLER)
    _ask(teller, issued, "印错")
    assert "没有本人提出的" in text_of(_ask(other, issued, do="withdraw"))
    assert "已撤回" in text_of(_ask(teller, issued, do="withdraw"))
    assert "由另一名工作人员复核后生效" in text_of(_ask(other, issued, "又印错"))


@pytest.mark.parametrize(("reason", "why"), [(" ", "请填写作废原因"), ("长" * 201, "作废原因最多 200 个字")])
def test_a_request_without_a_proper_reason_changes_nothing(issued: Issued, reason: str, why: str) -> None:
    answer = _ask(staff(Role.TELLER), issued, reason)
    assert answer.status_code == 422 and why in text_of(answer)
    assert readers.revocations_of(issued.no) == []


def test_a_second_request_waits_for_the_first(asked: Issued) -> None:
    answer = _ask(staff(Role.REVIEWER), asked, "也印错")
    assert answer.status_code == 422 and "沈提出已于 2026-11-16 09:30 提出作废" in text_of(answer)


def test_a_revocation_by_command_ends_the_request(asked: Issued, clock: FixedClock) -> None:
    changes.revoke(Actor.system("顾守正"), clock.now(), asked.no, "法院通知")
    (request,) = readers.revocations_of(asked.no)
    assert (request.outcome.label, request.decided_by) == ("已作废", "顾守正")
    with pytest.raises(RevocationRefused, match="作废"):
        changes.agree_to_revoke(Actor.staff(1, "x", frozenset()), clock.now(), asked.no)
