"""The hall of the second city: an opening typed, its papers by name, its records, and a returned one sent once more."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from tests import personas
from tests.hall import PNG, Roster, text_of
from tests.parties import builders as b
from tests.reviewing import CENTRE, HALL, JPG, OPENING, applied, city, number, person

from hpf.access.actor import Actor, Role
from hpf.access.tenancy import in_centre
from hpf.centres import heihe
from hpf.engine import listings, readers, review
from hpf.kernel.clock import FixedClock
from hpf.kernel.month import Month
from hpf.parties import readers as parties

RECORDS = f"{HALL}items/account.opening_records/"
OFFERS = heihe.CATALOGUE.offers
REVIEWER = Actor.staff(1_000_000, "程思齐", frozenset({Role.REVIEWER}))
ONE, TWO = person(1, "李一"), person(2, "钱二")


@pytest.fixture
def agent(centre: object, clock: FixedClock) -> Client:
    """The agent of an employer in Heihe, where one man is known already."""
    city([b.person(777, b.normal(personas.OTHER), name="赵六")])
    return personas.login(personas.AGENT)


@pytest.fixture
def roster(agent: Client) -> Roster:
    """The list of the opening, entered."""
    return Roster(agent, OPENING).enter()


def returned(agent: Client, clock: FixedClock, reason: str = "征信授权书非签字原件") -> str:
    """A case of two people that the centre has returned."""
    no = applied(agent, ONE, TWO)
    with in_centre(CENTRE):
        review.return_case(REVIEWER, clock.now(), readers.case(no, None).id, reason)
    return no


@pytest.mark.req("HH-3.4-03", "HH-3.4-04", "HH-3.4-06", "HH-3.4-07")
def test_people_are_added_one_by_one_and_can_be_taken_out(roster: Roster) -> None:
    words = text_of(roster.page())
    for label in (
        "人员类别",
        "参加工作时间",
        "退休类别",
        "缴存基数",
        "学历",
        "婚姻状况",
        "家庭住址",
        "变更年月",
        "性别",
        "添加",
    ):
        assert label in words
    for one in (ONE, TWO):
        assert roster.send("list/save/", one).status_code == 302
    words = text_of(roster.page())
    assert "李一" in words and "2026-11" in words and "480.00" in words
    assert roster.names() == ["李一", "钱二"]
    roster.send("list/delete/", {"row": "1"})
    assert roster.names() == ["钱二"]


@pytest.mark.req("HH-3.4-23")
def test_nothing_can_be_imported(roster: Roster) -> None:
    page = roster.page().content.decode()
    assert "导入" not in page and "批量业务文本格式导出" not in page
    assert roster.page("list/template/").status_code == roster.page("list/import/").status_code == 404
    assert roster.upload(b"x").status_code == 404


def test_who_has_an_account_in_the_city_is_sent_elsewhere(roster: Roster) -> None:
    answer = roster.send("list/save/", {**ONE, "id_no": b.id_no(777), "name": "赵六"})
    assert answer.status_code == 422 and "该职工已有账户，请办理启封或同城转移" in text_of(answer)


@pytest.mark.req("HH-3.4-08", "HH-3.4-18", "HH-3.4-21", "HH-3.4-22")
def test_each_person_needs_a_file_named_by_the_id_number(roster: Roster) -> None:
    other = person(9, "周九", id_no=_ending_in_x())
    for one in (ONE, other):
        assert roster.send("list/save/", one).status_code == 302
    roster.send("list/confirm/")
    roster.send("", {})
    words = text_of(roster.page("materials/"))
    assert f"{number(1)}.jpg" in words and words.count("缺少") == 2
    for name, content, why in (
        ("授权书.jpg", JPG, "文件名“授权书.jpg”与清册中的证件号码不符"),
        (f"{number(3)}.jpg", JPG, "与清册中的证件号码不符"),
        (f"{number(1)}.jpeg", JPG, "与清册中的证件号码不符"),
        (f"{number(1)}.png", PNG, "与清册中的证件号码不符"),
        (f"{number(1)}.jpg", PNG, "只能上传 jpg 格式的文件"),
    ):
        refused = roster.material(content, name, 0)
        assert refused.status_code == 422 and why in text_of(refused)
    assert roster.material(JPG + b"1", f"{number(1)}.JPG", 0).status_code == 302
    roster.material(PNG, "清册.png", 1)
    roster.material(PNG, "身份证.png", 2)
    words = text_of(roster.send("materials/"))
    assert "缺少周九的征信授权书" in words and "缺少李一的征信授权书" not in words and words.count("已匹配") == 1
    same = roster.material(JPG + b"1", f"{other['id_no']}.jpg", 0)
    assert same.status_code == 422 and f"与已上传的“{number(1)}.JPG”是同一张图片" in text_of(same)
    assert roster.material(JPG + b"2", f"{other['id_no'].lower()}.jpg", 0).status_code == 302
    assert roster.material(JPG + b"3", f"{number(1)}.jpg", 0).status_code == 302  # a better picture of the first
    assert text_of(roster.page("materials/")).count("已匹配") == 2
    assert roster.send("materials/").status_code == 302
    roster.send("list/delete/", {"row": "2"})
    roster.send("list/confirm/")
    words = text_of(roster.send("materials/"))
    assert "文件名不符" in words and "与清册中的证件号码不符" in words


def _ending_in_x() -> str:
    return next(found for n in range(1, 999, 2) if (found := b.id_no(n, born="19900308")).endswith("X"))


@pytest.mark.req("HH-3.4-02", "HH-3.4-09", "HH-0-01")
def test_an_application_is_registered_at_once_and_found_in_the_records(agent: Client) -> None:
    no = applied(agent, ONE, person(3, "孙三", arrival="first_job", first_work="2026-11-03"))
    assert len(no) == 16
    words = text_of(agent.get(RECORDS))
    for part in (no, "2026-11 至 2026-12", "1,920.00", "待审核", "2026-11-16", "陈思远", "取消"):
        assert part in words
    for query, there in (
        ({"state": "awaiting_review"}, True), ({"state": "returned"}, False), ({"no": no[-4:]}, True),
        ({"since": "2026-11-17"}, False), ({"until": "2026-11-16"}, True),
    ):  # fmt: skip
        assert (no in text_of(agent.get(f"{RECORDS}?{urlencode(query)}"))) is there
    below = text_of(agent.get(OPENING))
    assert below.index("申报清册") < below.index("查询全部记录") < below.index(no)


@pytest.mark.req("HH-3.4-15", "HH-3.4-16")
def test_it_can_be_cancelled_while_it_waits_by_nobody_else(agent: Client) -> None:
    no = applied(agent, ONE)
    rival = personas.login(personas.RIVAL)
    assert rival.post(f"{HALL}cases/{no}/cancel/").status_code == 404
    assert agent.get(f"{HALL}cases/{no}/cancel/").status_code == 400
    assert "已取消办件" in text_of(agent.post(f"{HALL}cases/{no}/cancel/", follow=True))
    assert "该办件当前状态为“已取消”" in text_of(agent.post(f"{HALL}cases/{no}/cancel/", follow=True))


def test_a_person_waits_in_one_application_only(agent: Client) -> None:
    applied(agent, ONE)
    answer = Roster(agent, OPENING).enter().send("list/save/", ONE)
    assert answer.status_code == 422 and "该职工已有待办结的开户申请" in text_of(answer)


@pytest.mark.req("HH-3.4-14", "HH-3.4-17")
def test_a_returned_application_is_corrected_and_sent_once_more(
    agent: Client, clock: FixedClock, drain: Callable[[], int]
) -> None:
    no = returned(agent, clock)
    words = text_of(agent.get(RECORDS))
    assert "已退回" in words and "征信授权书非签字原件" in words and "修改后重新提交" in words
    answer = agent.post(f"{OPENING}list/again/?case={no}")
    roster = Roster(agent, OPENING)
    roster.visit = re.sub(".*visit=", "", answer["Location"])
    assert roster.names() == ["李一", "钱二"]
    assert roster.send("list/save/", {**TWO, "no": "2", "base": "7000.00"}).status_code == 302
    roster.send("list/confirm/")
    roster.send("", {})
    assert text_of(roster.page("materials/")).count("已匹配") == 2
    confirm = agent.get(roster.send("materials/")["Location"])
    again = roster.send("confirm/", roster.submission(confirm))["Location"].rstrip("/").rsplit("/")[-1]
    with in_centre(CENTRE):
        case = readers.case(again, None)
        assert [row.data["base"] for row in listings.every_row_of_case(case)] == ["6000.00", "7000.00"]
        review.pass_case(REVIEWER, clock.now(), case.id)
        drain()
        assert readers.case(again, None).state.label == "已办结"
        assert readers.case(no, None).state.label == "已退回"
        account = parties.employer_accounts_of_agent(personas.AGENT_ID)[0]
        assert account.normal_count == 2


@pytest.mark.req("HH-3.4-05", "HH-3.4-10", "HH-3.4-13")
def test_the_account_is_due_from_the_change_month_on(
    agent: Client, clock: FixedClock, drain: Callable[[], int]
) -> None:
    no = applied(agent, ONE, person(3, "孙三", arrival="first_job", first_work="2026-11-03", education="20"))
    with in_centre(CENTRE):
        review.pass_case(REVIEWER, clock.now(), readers.case(no, None).id)
        drain()
        ids = [row.result["customer_no"] for row in listings.every_row_of_case(readers.case(no, None))]
        assert all(len(one) == 14 for one in ids)
        assert [len(_due_in(Month(2026, n))) for n in (10, 11, 12)] == [1, 2, 3]
        found = {one.name: one for one in parties.people_by_ids(_due_in(Month(2026, 12))).values()}
    assert found["孙三"].details == {"first_work": "2026-11-03", "education": "20"}
    assert found["孙三"].retire is not None and found["孙三"].mobile == "13800001111"


def _due_in(month: Month) -> list[int]:
    """Who is due in a month, by personal account."""
    sql, params = parties.normal_terms_sql(month)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT account_id FROM ({sql}) t", params)
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.req("HH-0-03")
@pytest.mark.parametrize(
    "path", ["", "services/", "help/", "cases/", *(f"items/{offer.service.code}/" for offer in OFFERS)]
)
def test_no_page_speaks_of_another_citys_hours(agent: Client, path: str) -> None:
    page = agent.get(HALL + path, follow=True)
    words = text_of(page)
    assert page.status_code == 200 and "黑河市住房公积金管理中心" in words
    for alien in ("17:00后", "20日", "本月申报截止日", "杭州住房", "每月"):
        assert alien not in words
