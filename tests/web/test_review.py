"""Review at the desk (HH-3.4): the work list with its clock, rows beside papers, passing and returning, two at once."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import personas
from tests.hall import Answer, text_of
from tests.paying import at
from tests.reviewing import CENTRE, DESK, HALL, REVIEWS, applied, city, number, person
from tests.staff import at_desk

from hpf.access.actor import Actor, Role
from hpf.access.tenancy import in_centre
from hpf.engine import listings, readers, review
from hpf.engine.facts import CaseState
from hpf.engine.review import ReviewRefused
from hpf.kernel.clock import FixedClock
from hpf.kernel.identity import IdType
from hpf.parties import readers as parties
from hpf.parties.facts import IdKey

PEOPLE = (person(1, "李一"), person(2, "钱二"), person(3, "孙三"))


@pytest.fixture
def agent(centre: object, clock: FixedClock) -> Client:
    """The agent of an employer in Heihe."""
    city()
    return personas.login(personas.AGENT)


@pytest.fixture
def waiting(agent: Client) -> str:
    """A case of three people that waits for review."""
    return applied(agent, *PEOPLE)


def reviewer(name: str = "程思齐") -> Client:
    """A reviewer at the desk."""
    return at_desk(Role.REVIEWER, name=name, centre=CENTRE)


def taken(waiting: str, name: str = "程思齐") -> Client:
    """A reviewer who has taken the case."""
    client = reviewer(name)
    assert client.post(f"{REVIEWS}{waiting}/take/").status_code == 302
    return client


def decide(client: Client, no: str, **sent: str) -> Answer:
    """The form of the decision, and the page that follows."""
    answer: Answer = client.post(f"{REVIEWS}{no}/decide/", {"form": "decide", **sent}, follow=True)
    return answer


def state_of(no: str) -> CaseState:
    """The state of a case."""
    with in_centre(CENTRE):
        return readers.case(no, None).state


def has_account(serial: int) -> bool:
    """Whether a person is in the books."""
    with in_centre(CENTRE):
        account = parties.employer_accounts_of_agent(personas.AGENT_ID)[0]
        found = parties.standings(account.id, account.fund, [IdKey(IdType.RESIDENT, number(serial))])
    return found[0].account_id is not None


# the work list


@pytest.mark.req("HH-3.4-09", "HH-3.4-11")
def test_what_is_submitted_waits_in_the_work_list_with_its_clock(waiting: str, clock: FixedClock) -> None:
    client = reviewer()
    clock.move_to(clock.now() + timedelta(hours=3))
    words = text_of(client.get(REVIEWS))
    for shown in (waiting, "杭州E1有限公司", "市本级", "3 小时", "2026-11-17", "期限内", "待审核", "无人领取 1 件"):
        assert shown in words
    clock.move_to(at("2026-11-17 09:00"))
    assert "今日到期" in text_of(client.get(REVIEWS))
    clock.move_to(at("2026-11-18 09:30"))
    late = client.get(REVIEWS)
    assert "已超期 1 件" in text_of(late) and "2 天 0 小时" in text_of(late) and 't-bad"' in late.content.decode()
    assert "已超审核期限 1 件" in text_of(client.get(DESK))


def test_what_is_due_first_stands_on_top_whoever_came_first(agent: Client, clock: FixedClock) -> None:
    first = applied(agent, PEOPLE[0])
    clock.move_to(at("2026-11-18 10:00"))
    second = applied(personas.login(personas.RIVAL), PEOPLE[1])
    with in_centre(CENTRE), connection.cursor() as cursor:
        cursor.execute("UPDATE engine_case SET due_on = '2026-12-01' WHERE no = %s", [first])
    assert re.findall(r"20261\d{11}", text_of(reviewer().get(REVIEWS))) == [second, first]


def test_the_list_is_narrowed_by_number_branch_state_and_whose_it_is(agent: Client, clock: FixedClock) -> None:
    ours, theirs = applied(agent, PEOPLE[0]), applied(personas.login(personas.RIVAL), PEOPLE[1])
    me = taken(theirs)
    for query, shown in (
        ({}, {ours, theirs}),
        ({"branch": "02"}, {theirs}),
        ({"whose": "mine"}, {theirs}),
        ({"whose": "free"}, {ours}),
        ({"q": ours[-4:]}, {ours}),
        ({"item": "account.opening_reviewed"}, {ours, theirs}),
        ({"item": "other"}, set()),
        ({"state": "returned"}, set()),
        ({"state": "no such state", "whose": "x", "page": "77"}, {ours, theirs}),
    ):
        assert set(re.findall(r"20261\d{11}", text_of(me.get(REVIEWS, query)))) == shown, query
    decide(me, theirs, do="return", words="不清晰")
    assert set(re.findall(r"20261\d{11}", text_of(me.get(REVIEWS, {"state": "returned"})))) == {theirs}


def test_a_case_is_taken_handed_over_given_back_and_taken_over(waiting: str) -> None:
    first, second = reviewer("程思齐"), reviewer("闻人静")
    first.post(f"{REVIEWS}{waiting}/take/")
    stood = second.post(f"{REVIEWS}{waiting}/take/")
    assert stood.status_code == 409 and "该办件已由程思齐领取" in text_of(stood)
    page = first.get(f"{REVIEWS}{waiting}/").content.decode()
    to = re.findall(r'<option value="(\d+)">闻人静<', page)[0]
    assert "已移交闻人静" in text_of(first.post(f"{REVIEWS}{waiting}/hand-over/", {"to": to}, follow=True))
    assert decide(first, waiting, do="pass").status_code == 409
    assert "已退回待办" in text_of(second.post(f"{REVIEWS}{waiting}/hand-over/", {"to": ""}, follow=True))
    first.post(f"{REVIEWS}{waiting}/take/")
    second.post(f"{REVIEWS}{waiting}/take/", {"do": "over"})
    words = text_of(second.get(f"{REVIEWS}{waiting}/"))
    assert "闻人静接手，原由程思齐领取" in words and "审核通过" in words
    nobody = second.post(f"{REVIEWS}{waiting}/hand-over/", {"to": "999999"})
    assert nobody.status_code == 422 and "请选择移交的人员" in text_of(nobody)


# rows and papers


@pytest.mark.req("HH-3.4-18", "HH-3.4-19")
def test_each_row_stands_beside_its_own_paper(waiting: str) -> None:
    client = taken(waiting)
    page = client.get(f"{REVIEWS}{waiting}/", {"row": "2"})
    words, source = text_of(page), page.content.decode()
    assert "第 2 笔" in words and "征信授权书" in words and "清册.png" in words
    src = re.findall(r'<img src="([^"]*/papers/\d+/)"', source)[0]
    assert client.get(src).content.endswith(number(2).encode())
    assert number(2) in words and number(1) not in words  # only the row under review is plain
    onlooker = at_desk(Role.AUDITOR, centre=CENTRE)
    masked = onlooker.get(f"{REVIEWS}{waiting}/", {"row": "2"}).content.decode()
    assert number(2) not in masked
    reveal = re.findall(r'formaction="([^"]*reveal[^"]*)"', masked)[0].replace("&amp;", "&")
    assert onlooker.post(reveal).content.decode() == number(2)
    with in_centre(CENTRE), connection.cursor() as cursor:
        seen = ["row.seen", "id.revealed", "material.seen"]
        cursor.execute("SELECT verb, count(*) FROM trail_entry WHERE verb = ANY (%s) GROUP BY verb", [seen])
        assert dict(cursor.fetchall()) == {"row.seen": 1, "id.revealed": 1, "material.seen": 1}


def test_a_paper_can_neither_run_nor_load_anything(waiting: str) -> None:
    client = taken(waiting)
    src = re.findall(r'<img src="([^"]*/papers/\d+/)"', client.get(f"{REVIEWS}{waiting}/").content.decode())[0]
    answer = client.get(src)
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["Content-Disposition"].startswith("inline;")
    assert answer["Content-Type"] == "image/jpeg" and answer["Cache-Control"] == "no-store"
    with in_centre(CENTRE), connection.cursor() as cursor:
        cursor.execute("UPDATE documents_material SET media_type = 'application/pdf'")
    assert client.get(src)["Content-Disposition"].startswith("attachment;")
    assert client.get(f"{REVIEWS}{waiting}/papers/999999/").status_code == 404


def test_zoom_turn_and_the_way_from_row_to_row_are_links(waiting: str) -> None:
    client = taken(waiting)

    def links(query: str) -> dict[str, str]:
        source = client.get(f"{REVIEWS}{waiting}/{query}").content.decode()
        found = re.findall(r'<a class="btn[^"]*" href="(\?[^"]*)"[^>]*>(.*?)</a>', source, re.S)
        return {re.sub(r"<[^>]*>", "", label).strip(): href.replace("&amp;", "&") for href, label in found}

    first = links("?row=1")
    assert "上一笔" not in first and "row=2" in first["下一笔"]
    closer = links(links(first["放大"])["右转"])
    assert "zoom=200" in closer["放大"] and "turn=180" in closer["右转"] and "turn=0" not in closer["左转"]
    assert 'data-z="150" data-t="90"' in client.get(f"{REVIEWS}{waiting}/?row=1&zoom=150&turn=90").content.decode()
    assert 'data-z="100" data-t="0"' in client.get(f"{REVIEWS}{waiting}/?row=77&zoom=9&turn=1").content.decode()
    assert "下一笔" not in links("?row=3")
    common = re.findall(r'href="(\?[^"]*paper=\d+[^"]*)"><svg[^>]*><use[^>]*/></svg><span>开户清册', client.get(
        f"{REVIEWS}{waiting}/").content.decode())[0].replace("&amp;", "&")  # fmt: skip
    assert "paper=" in links(common)["下一笔"]  # a paper of the whole case stays in view
    assert "paper=" not in first["下一笔"]


@pytest.mark.req("HH-3.4-17", "HH-3.4-20")
def test_findings_on_rows_come_back_to_the_employer_with_the_reason(waiting: str, agent: Client) -> None:
    client = taken(waiting)
    marked = client.post(f"{REVIEWS}{waiting}/mark/", {"form": "one", "row": "1", "do": "good"})
    assert "row=2" in marked["Location"]
    client.post(
        f"{REVIEWS}{waiting}/mark/",
        {"form": "several", "row": ["2", "3"], "do": "bad", "reason": "05", "words": "复印件"},
    )
    words = text_of(client.get(f"{REVIEWS}{waiting}/"))
    assert "合格 1，不合格 2，未审 0" in words and "征信授权书非签字原件：复印件" in words
    passed = decide(client, waiting, do="pass")
    assert passed.status_code == 409 and "有2笔标记为不合格，不能审核通过" in text_of(passed)
    assert "已退回，原因：征信授权书非签字原件" in text_of(decide(client, waiting, do="return", reason="05"))
    told = text_of(agent.get(f"{HALL}cases/{waiting}/"))
    assert "已退回" in told and "退回原因：征信授权书非签字原件" in told
    assert told.count("征信授权书非签字原件：复印件") == 2
    assert "程思齐" not in told and "取消" not in told


@pytest.mark.parametrize(
    ("sent", "status", "why"),
    [
        ({"do": "good"}, 422, "请先勾选要标记的记录"),
        ({"do": "good", "row": "x"}, 422, "请先勾选要标记的记录"),
        ({"do": "good", "row": "99"}, 409, "办件中没有该记录"),
        ({"do": "bad", "row": "1"}, 422, "请选择原因，或直接填写"),
        ({"do": "bad", "row": "1", "reason": "99"}, 422, "请填写具体原因"),
    ],
)
def test_a_finding_that_lacks_something_changes_nothing(
    waiting: str, sent: dict[str, str], status: int, why: str
) -> None:
    client = taken(waiting)
    answer = client.post(f"{REVIEWS}{waiting}/mark/", {"form": "several", **sent})
    assert answer.status_code == status and why in text_of(answer)
    assert "合格 0，不合格 0，未审 3" in text_of(client.get(f"{REVIEWS}{waiting}/"))


# the decision


@pytest.mark.req("HH-3.4-01", "HH-3.4-05", "HH-3.4-10", "HH-3.4-12", "HH-3.4-13")
def test_nothing_happens_before_the_review_and_everything_right_after_it(
    waiting: str, agent: Client, drain: Callable[[], int]
) -> None:
    drain()
    assert state_of(waiting) is CaseState.AWAITING_REVIEW and not has_account(1)
    assert "待审核" in text_of(agent.get(f"{HALL}cases/{waiting}/"))
    assert "审核通过，系统正在办理" in text_of(decide(taken(waiting), waiting, do="pass"))
    assert "已受理" in text_of(agent.get(f"{HALL}cases/{waiting}/")) and not has_account(1)
    drain()
    words = text_of(agent.get(f"{HALL}cases/{waiting}/"))
    assert "已办结" in words and "审核通过" in words and all(map(has_account, (1, 2, 3)))
    with in_centre(CENTRE):
        rows = list(listings.every_row_of_case(readers.case(waiting, None)))
    assert {row.worked["effective_month"] for row in rows} == {"2026-11"}


@pytest.mark.req("HH-3.4-14")
@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({}, "请选择原因，或直接填写"),
        ({"reason": "77"}, "请选择原因，或直接填写"),
        ({"reason": "99"}, "请填写具体原因"),
        ({"words": "   "}, "请选择原因，或直接填写"),
    ],
)
def test_a_return_needs_its_reason(waiting: str, sent: dict[str, str], why: str) -> None:
    answer = decide(taken(waiting), waiting, do="return", **sent)
    assert answer.status_code == 422 and why in text_of(answer)
    assert state_of(waiting) is CaseState.AWAITING_REVIEW


@pytest.mark.req("HH-3.4-14", "HH-3.4-17")
@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"reason": "01"}, "材料不清晰"),
        ({"reason": "01", "words": "第2页"}, "材料不清晰：第2页"),
        ({"reason": "99", "words": "请补盖章"}, "请补盖章"),
        ({"words": "请补盖章"}, "请补盖章"),
    ],
)
def test_a_returned_case_shows_its_reason_and_opens_nobody(
    waiting: str, agent: Client, drain: Callable[[], int], sent: dict[str, str], reason: str
) -> None:
    decide(taken(waiting), waiting, do="return", **sent)
    drain()
    words = text_of(agent.get(f"{HALL}cases/{waiting}/"))
    assert "已退回" in words and f"退回原因：{reason} " in words and "修改后重新提交" in words
    assert state_of(waiting) is CaseState.RETURNED and not has_account(1)


# two at once, and pages that are no longer true


@pytest.mark.req("HH-3.4-15")
def test_who_reviews_what_was_just_cancelled_is_told_and_loses_nothing(waiting: str, agent: Client) -> None:
    client = taken(waiting)
    agent.post(f"{HALL}cases/{waiting}/cancel/")
    for do in ("pass", "return"):
        answer = decide(client, waiting, do=do, reason="01", words="写了很久的意见")
        words = text_of(answer)
        assert answer.status_code == 409 and "该办件当前状态为“已取消”" in words and "写了很久的意见" in words
    late = client.post(f"{REVIEWS}{waiting}/mark/", {"form": "one", "row": "1", "do": "bad", "words": "复印件"})
    assert late.status_code == 409 and "复印件" in text_of(late)
    assert state_of(waiting) is CaseState.CANCELLED


@pytest.mark.req("HH-3.4-16")
def test_what_is_decided_cannot_be_cancelled_any_more(waiting: str, agent: Client) -> None:
    assert "取消" in text_of(agent.get(f"{HALL}cases/{waiting}/"))
    decide(taken(waiting), waiting, do="pass")
    assert "取消" not in text_of(agent.get(f"{HALL}cases/{waiting}/"))
    answer = agent.post(f"{HALL}cases/{waiting}/cancel/", follow=True)
    assert "不能执行此操作" in text_of(answer) and state_of(waiting) is CaseState.ACCEPTED


def test_of_two_reviewers_with_the_page_open_the_second_is_told(waiting: str) -> None:
    first, second = taken(waiting), reviewer("闻人静")
    assert "该办件已由 程思齐 领取" in text_of(second.get(f"{REVIEWS}{waiting}/"))
    foreign = decide(second, waiting, do="return", words="我先退回")
    assert foreign.status_code == 409 and "已由程思齐领取" in text_of(foreign) and "我先退回" in text_of(foreign)
    decide(first, waiting, do="pass")
    late = decide(second, waiting, do="return", words="我先退回")
    assert late.status_code == 409 and "已受理" in text_of(late) and "我先退回" in text_of(late)
    assert state_of(waiting) is CaseState.ACCEPTED


def test_nobody_reviews_their_own_declaration(waiting: str) -> None:
    with in_centre(CENTRE), connection.cursor() as cursor:
        cursor.execute("UPDATE engine_case SET declared_by_user_id = (SELECT max(id) + 1 FROM public.access_user)")
    client = reviewer()
    for path, sent in (("take", {}), ("take", {"do": "over"}), ("decide", {"do": "pass"})):
        answer = client.post(f"{REVIEWS}{waiting}/{path}/", sent)
        assert answer.status_code == 409 and "不能审核本人申报的办件" in text_of(answer)


def test_of_two_at_the_same_moment_one_decides(committed_centre: object, clock: FixedClock) -> None:
    city()
    no = applied(personas.login(personas.AGENT), PEOPLE[0])
    with in_centre(CENTRE):
        case_id = readers.case(no, None).id
    barrier, said = threading.Barrier(2), []

    def act(user_id: int, verb: Callable[[Actor], object]) -> None:
        actor = Actor.staff(user_id, f"审核{user_id}", frozenset({Role.REVIEWER}))
        try:
            with in_centre(CENTRE):
                barrier.wait()
                verb(actor)
                said.append("done")
        except ReviewRefused as refused:
            said.append(refused.refused.code)
        finally:
            connection.close()

    verbs = (
        lambda who: review.pass_case(who, clock.now(), case_id),
        lambda who: review.return_case(who, clock.now(), case_id, "材料不清晰"),
    )
    threads = [threading.Thread(target=act, args=(901 + n, verb)) for n, verb in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(said) == ["done", "not_waiting"]
    assert state_of(no) in (CaseState.ACCEPTED, CaseState.RETURNED)


def test_the_page_asks_as_little_of_a_long_roster_as_of_a_short_one(agent: Client, clock: FixedClock) -> None:
    short = applied(agent, person(1, "李一"))
    long = applied(agent, *(person(n, f"李{'一二三四五六七八九十'[n % 10]}") for n in range(2, 62)))
    counts = []
    for no in (short, long):
        client = taken(no)
        client.get(f"{REVIEWS}{no}/")
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"{REVIEWS}{no}/")
        counts.append(len(queries))
    assert (
        counts[0] == counts[1]
        and "共 60 笔" in text_of(page)
        and "第 51 笔" in text_of(client.get(f"{REVIEWS}{no}/?row=51"))
    )


def test_a_case_that_is_not_reviewed_has_no_such_page(agent: Client) -> None:
    client = reviewer()
    assert client.get(f"{REVIEWS}2026111699999999/").status_code == 404
