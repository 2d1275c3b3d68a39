"""Policy at the desk over HTTP: parameters, a proposal and its effect, another person's decision, versions."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import personas, reviewing
from tests.hall import Answer, Roster, text_of
from tests.parties import builders as b
from tests.paying import at
from tests.staff import at_desk

from hpf.access.actor import Actor, Role
from hpf.access.tenancy import in_centre
from hpf.dues.closing import close_month
from hpf.engine import listings
from hpf.engine import readers as engine
from hpf.engine.facts import CaseState
from hpf.kernel.clock import FixedClock
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.parties import load as load_rows
from hpf.policy import changes, readers
from hpf.policy.amendable import Shape, hint_of, parameters
from hpf.policy.amending import plain
from hpf.policy.book import load
from hpf.policy.facts import Change
from hpf.policy.proposals import Proposal
from hpf.policy.values import convert
from hpf.web.desk.policy_values import lines, short, value_fields, value_sent
from hpf.web.shapes import FieldKind

DESK = f"/{personas.CENTRE}/desk/policy/"
CAP = {"value": "43000.00", "first_day": "2027-07-01", "until": "2028-06-30", "source": "杭公积金〔2027〕1号"}


@dataclass
class Maker:
    """One person of the policy post at the desk."""

    client: Client
    desk: str = DESK

    def get(self, path: str = "") -> str:
        """The words of a page."""
        return text_of(self.page(path))

    def page(self, path: str = "") -> Answer:
        """A page that is there."""
        answer = self.client.get(self.desk + path)
        assert answer.status_code == 200, answer.status_code
        return answer

    def preview(self, leaf: str, typed: dict[str, str]) -> Answer:
        """What was typed, to look at its effect."""
        return self.client.post(f"{self.desk}of/{leaf}/amend/", {**typed, "do": "preview"})

    def propose(self, leaf: str, typed: dict[str, str]) -> str:
        """Look at the effect and hand it in; the path of the amendment."""
        looked = self.preview(leaf, typed)
        assert looked.status_code == 200, text_of(looked)
        sent = {**typed, "do": "submit", "mark": hidden(looked, "mark")}
        answer = self.client.post(f"{self.desk}of/{leaf}/amend/", sent)
        assert answer.status_code == 302, text_of(answer)
        return answer["Location"].removeprefix(self.desk)

    def decide(self, path: str, do: str, **more: str) -> Answer:
        """A decision about an amendment, with what its page holds."""
        seen = re.search(r'name="seen" value="(\d+)"', self.page(path).content.decode())
        return self.client.post(f"{self.desk}{path}decide/", {"do": do, "seen": seen[1] if seen else "0", **more})


def hidden(answer: Answer, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.content.decode())
    assert found is not None
    return found[1]


@pytest.fixture
def one(centre: object, clock: FixedClock) -> Maker:
    """Who proposes."""
    return Maker(at_desk(Role.POLICY, name="章程"))


@pytest.fixture
def other(one: Maker) -> Maker:
    """Who decides."""
    return Maker(at_desk(Role.POLICY, name="季度"))


def people() -> None:
    """An employer with people of three bases at 8 %."""
    terms = enumerate((200_000, 2_000_000, 4_215_100), 1)
    ours = personas.ONE
    personas.city([
        b.person(serial, load_rows.MembershipRow(ours, 202001, [b.spell(base_fen=fen)])) for serial, fen in terms
    ])  # fmt: skip


# the whole road


def test_a_gap_after_june_2027_is_closed_at_the_desk_by_two_people(one: Maker, other: Maker, clock: FixedClock) -> None:
    clock.move_to(clock.now().replace(year=2027, month=7, day=20))
    assert "尚无规定" in one.get("?group=amounts")
    path = one.propose("base_cap", CAP)
    assert "由另一名政策管理人员批准" in one.get(path)
    words = other.get(path)
    assert "43,000.00元/月" in words and "尚无规定" in words and "杭公积金〔2027〕1号" in words
    assert other.decide(path, "approve").status_code == 302
    assert f"第{readers.versions()[0].number}版" in other.get(path) and "已批准" in other.get(path)
    assert readers.current_rules().on(Month(2027, 7)).base_cap == Money.of_yuan(43_000)
    assert "43,000.00元/月" in one.get("?group=amounts")
    assert "章程 / 季度" in one.get("of/base_cap/")


def test_the_proposer_cannot_decide_and_another_can_decline_or_the_proposer_withdraw(one: Maker, other: Maker) -> None:
    path = one.propose("hotline", {"value": "12329", "first_day": "2026-11-20", "source": "通知"})
    assert "批准前可以撤回" in one.get(path) and "不予批准的原因" not in one.get(path)
    for do in ("approve", "decline"):
        answer = one.decide(path, do, reason="自己")
        assert answer.status_code == 422 and "另一名政策管理人员" in text_of(answer)
    answer = other.decide(path, "decline")
    assert answer.status_code == 422 and "请填写不予批准的原因" in text_of(answer)
    assert other.decide(path, "withdraw").status_code == 422
    assert other.decide(path, "decline", reason="号码有误").status_code == 302
    assert "号码有误" in one.get(path) and "未批准" in one.get("changes/?state=declined")
    assert "已由季度处理" in text_of(other.client.post(f"{DESK}{path}decide/", {"do": "approve", "seen": "0"}))
    again = one.propose("hotline", {"value": "12329", "first_day": "2026-11-20", "source": "通知"})
    assert one.decide(again, "withdraw").status_code == 302
    assert "已撤回" in one.get("changes/") and "没有符合条件的修改" in one.get("changes/?state=waiting")
    assert readers.current_rules().book is load("hangzhou").book


def test_what_is_handed_in_is_what_was_looked_at(one: Maker) -> None:
    looked = one.preview("base_cap", CAP)
    changed = {**CAP, "value": "50000", "do": "submit", "mark": hidden(looked, "mark")}
    answer = one.client.post(f"{DESK}of/base_cap/amend/", changed)
    assert answer.status_code == 200 and "50,000.00元/月" in text_of(answer)
    assert not readers.waiting()
    assert one.client.post(f"{DESK}of/base_cap/amend/", {**CAP, "do": "submit"}).status_code == 200
    assert not readers.waiting()


def test_an_amendment_approved_meanwhile_has_to_be_looked_at_again(one: Maker, other: Maker) -> None:
    first = one.propose("hotline", {"value": "12329", "first_day": "2026-11-16", "source": "一"})
    second = one.propose("hotline", {"value": "96345", "first_day": "2026-11-16", "source": "二"})
    stale = {"do": "approve", "seen": hidden(other.page(second), "seen")}
    other.decide(first, "approve")
    answer = other.client.post(f"{DESK}{second}decide/", stale)
    assert answer.status_code == 409 and "新的修改获批准" in text_of(answer) and "12329" in text_of(answer)
    assert other.decide(second, "approve").status_code == 302
    assert readers.current_rules().at(date(2026, 11, 16)).hotline == "96345"


def test_a_month_closed_while_the_decision_waits_for_its_turn_counts(one: Maker, other: Maker) -> None:
    with in_centre("hangzhou"):
        close_month(Actor.system("月结"), b.AT, Month(2026, 10))
    path = one.propose("base_cap", {**CAP, "first_day": "2026-11-01", "until": ""})

    def closing(send: Callable[..., object], sql: str, params: object, many: bool, context: object) -> object:
        answer = send(sql, params, many, context)
        if ".policy_amendment'" in sql:
            close_month(Actor.system("月结"), b.AT, Month(2026, 11))
        return answer

    page = {"do": "approve", "seen": "0"}
    with connection.execute_wrapper(closing):
        answer = other.client.post(f"{DESK}{path}decide/", page)
    assert answer.status_code == 422 and "2026-12-01" in text_of(answer)
    with in_centre("hangzhou"):
        assert readers.waiting() == 1


def test_a_proposal_that_waited_too_long_says_so(one: Maker, other: Maker, clock: FixedClock) -> None:
    path = one.propose("hotline", {"value": "12329", "first_day": "2026-11-16", "source": "一"})
    clock.move_to(clock.now().replace(day=18))
    words = other.get(path)
    assert "按现在的情况不能批准" in words and "请改为2026-11-18" in words
    assert other.decide(path, "approve").status_code == 422
    assert other.decide(path, "decline", reason="已过生效日").status_code == 302


# bad input


@pytest.mark.parametrize(
    ("leaf", "typed", "told"),
    [
        ("base_cap", {**CAP, "value": "很多"}, "须为金额"),
        ("rate_highest", {**CAP, "value": ""}, "请填写“缴存比例上限”"),
        ("base_cap", {**CAP, "first_day": ""}, "请填写生效日"),
        ("base_cap", {**CAP, "first_day": "明天"}, "请填写生效日"),
        ("base_cap", {**CAP, "until": "以后"}, "有效期至“以后”不是日期"),
        ("base_cap", {**CAP, "source": " "}, "请填写依据"),
        ("rate_highest", {**CAP, "value": "十二"}, "须为0至100的百分数"),
        ("import_expired", {**CAP, "value": "{nobody}"}, "占位符{nobody}不能使用"),
        ("review_workdays.account.opening", {**CAP, "value": "3.5"}, "须为1至60的整数"),
        ("desk_refusal_reasons", {**CAP, "value": "01 一\n01 二"}, "代码01重复"),
        ("desk_refusal_reasons", {**CAP, "value": "01"}, "须有代码和名称"),
        ("materials.account.opening", {**CAP, "rows": "1", "name-0": "", "note-0": "说明"}, "材料须有名称"),
        ("materials.account.opening", {**CAP, "rows": "999999999999"}, ""),
        ("day_off_list", {"year": "二", "source": "文件"}, "年度须为四位数字"),
        ("day_off_list", {"year": "2028", "days_off": "1月1日\n5月40日", "notice": "号", "source": "文件"}, "不是日期"),
    ],
)
def test_what_is_wrong_stays_on_the_form_with_what_was_typed(
    one: Maker, leaf: str, typed: dict[str, str], told: str
) -> None:
    answer = one.preview(leaf, typed)
    if told:
        assert answer.status_code == 422 and told in text_of(answer), text_of(answer)
        source = answer.content.decode()
        kept = ("source", "note-0", "days_off", *(["value"] if "rows" not in typed else []))
        words = [line for name in kept for line in typed.get(name, "").split("\n")]
        assert all(word in source for word in words if word.strip())
    assert answer.status_code < 500 and not readers.waiting()


@pytest.mark.parametrize(
    "path", ["of/nothing/", "of/number_case/", "of/law_rate_highest/amend/", "changes/999999/", "versions/999999/"]
)
def test_what_is_not_there_is_a_404(one: Maker, path: str) -> None:
    assert one.client.get(DESK + path).status_code == 404


def test_others_of_the_staff_look_and_do_not_touch(one: Maker) -> None:
    path = one.propose("hotline", {"value": "12329", "first_day": "2026-11-20", "source": "通知"})
    for role in (Role.TELLER, Role.ADMIN, Role.AUDITOR):
        looker = Maker(at_desk(role))
        assert "提出修改" not in looker.get("of/hotline/") and "不予批准的原因" not in looker.get(path)
        assert looker.client.get(f"{DESK}of/hotline/amend/").status_code == 403
        assert looker.client.post(f"{DESK}{path}decide/", {"do": "approve"}).status_code == 403


def test_the_other_city_sees_nothing_of_it(one: Maker, other: Maker) -> None:
    path = one.propose("hotline", {"value": "555-12329", "first_day": "2026-11-16", "source": "通知"})
    other.decide(path, "approve")
    there = Maker(at_desk(Role.POLICY, centre="heihe"), "/heihe/desk/policy/")
    assert "555-12329" not in there.get("?group=centre") + there.get("changes/") + there.get("versions/")
    assert there.client.get(there.desk + path).status_code == 404
    assert one.client.get(there.desk).status_code == 403


# what the effect shows


def test_a_cap_and_a_floor_say_how_many_people_they_touch(one: Maker) -> None:
    people()
    typed = {**CAP, "first_day": "2027-01-01", "until": "", "value": "20000"}
    words = text_of(one.preview("base_cap", {**typed, "value": "19999"}))
    assert "基数高于现行上限 0 人" in words and "基数高于新上限 2 人" in words and "共3人" in words
    words = text_of(one.preview("base_floor.city", {**typed, "value": "20001"}))
    assert "基数低于现行下限 1 人" in words and "基数低于新下限 2 人" in words
    words = text_of(one.preview("rate_highest", {**typed, "value": "6"}))
    assert "比例高于新上限 3 人" in words


def test_a_list_of_days_off_shows_the_months_that_move(one: Maker) -> None:
    typed = {"year": "2027", "notice": "国办发明电〔2026〕7号", "days_off": "1月1日至3日，2月5日至11日\n2027-12-18至20",
             "workdays": "2月14日", "source": "国务院办公厅通知"}  # fmt: skip
    answer = one.preview("day_off_list", typed)
    words = text_of(answer)
    assert answer.status_code == 200, words
    assert "2027-12 申报截止日 2027-12-20 2027-12-17" in words
    assert "2027-02 工作日" in words and "2027-05" not in words
    assert "休息：1月1日至3日、2月5日至11日、12月18日至20日" in words


def test_a_wording_is_shown_filled_in_and_a_list_line_by_line(one: Maker) -> None:
    term = {"first_day": "2026-11-20", "source": "通知"}
    words = text_of(one.preview("import_expired", {"value": "超过{minutes}分钟，请重新导入", **term}))
    assert "超过30分钟，请重新导入" in words and "显示示例" in words
    words = text_of(one.preview("desk_refusal_reasons", {"value": "01 材料不清晰\n08 公章错误\n99 其他", **term}))
    assert "08 公章错误 新增" in words and "01 材料不清晰 不变" in words and "02 材料缺失 删除" in words


@pytest.mark.req("HH-3.4-21")
def test_a_material_list_is_amended_and_asked_for_in_the_hall(clock: FixedClock, centre: object) -> None:
    reviewing.city()
    with in_centre("heihe"):
        one, other = (Maker(at_desk(Role.POLICY, name=name, centre="heihe"), "/heihe/desk/policy/") for name in "甲乙")
        reviewing.applied(personas.login(personas.AGENT), reviewing.person(1))
        leaf = "materials.account.opening_reviewed"
        typed = {"rows": "2", "name-0": "征信授权书", "row_file-0": "{id_no}.jpg", "required-0": "1",
                 "name-1": "新的表", "first_day": "2026-11-16", "source": "通知"}  # fmt: skip
        assert "未办结的办件 1 件" in text_of(one.preview(leaf, typed))
        other.decide(one.propose(leaf, typed), "approve")
        roster = Roster(personas.login(personas.AGENT), reviewing.OPENING).enter()
        roster.send("list/save/", reviewing.person(2))
        roster.send("list/confirm/")
        roster.send("", {})
        words = text_of(roster.client.get(f"{reviewing.OPENING}materials/", {"visit": roster.visit}))
        assert "新的表" in words and "开户清册" not in words


# editors


@pytest.mark.parametrize("city", ["hangzhou", "heihe"])
def test_every_editor_opens_and_gives_back_the_value_it_was_given(one: Maker, city: str) -> None:
    with in_centre(city):
        maker = one if city == "hangzhou" else Maker(at_desk(Role.POLICY, centre=city), f"/{city}/desk/policy/")
        book = load(city).book
        for found in parameters(book):
            value, hint = plain(book.plain[found.leaf].values[-1][1]), hint_of(found.leaf)
            typed = {field.name: ("1" if field.kind is FieldKind.CHECK else str(field.value))
                     for field in value_fields(found, value, "")
                     if field.kind is not FieldKind.CHECK or field.value}  # fmt: skip
            unit, back = book.leaves[found.leaf].unit, value_sent(found, typed)
            if found.shape is Shape.DAYS_OFF:
                value.pop("assumption", None)
            assert convert(hint, back, unit) == convert(hint, value, unit), found
            assert lines(found, back) and short(found, value)
        for leaf in {found.shape: found.leaf for found in parameters(book)}.values():
            assert "提出修改" in maker.get(f"of/{leaf}/amend/") and maker.get(f"of/{leaf}/")


# versions


def test_what_was_made_under_which_version(one: Maker, drain: Callable[[], int]) -> None:
    reviewing.city()
    applicant = personas.login(personas.AGENT)
    with in_centre("heihe"):
        one, other = (Maker(at_desk(Role.POLICY, name=name, centre="heihe"), "/heihe/desk/policy/") for name in "甲乙")
        before = reviewing.applied(applicant, reviewing.person(1, "李一"))
        typed = {"value": "30", "first_day": "2026-11-16", "source": "通知"}
        other.decide(one.propose("upload_max_files", typed), "approve")
        case = engine.case(before, None)
        reviewer = at_desk(Role.REVIEWER, centre="heihe")
        reviewer.post(f"{reviewing.REVIEWS}{before}/take/")
        reviewer.post(f"{reviewing.REVIEWS}{before}/decide/", {"form": "decide", "do": "pass"})
        drain()
        now = readers.current_rules().version
        assert engine.case(before, None).policy_version == case.policy_version != now
        assert [row.policy_version for row in listings.rows_of_case(case).items] == [now]  # judged again, and ordinary
        assert engine.case(before, None).state is CaseState.CONCLUDED
        after = reviewing.applied(applicant, reviewing.person(2, "李二"))
        assert engine.case(after, None).policy_version == now
        words = one.get("versions/")
        assert "每项材料的文件数上限：2026-11-16起为30个" in words and "甲 / 乙" in words and "随系统发布" in words
        first, second = (one.get(f"versions/{one_.number}/") for one_ in reversed(readers.versions()))
        assert "受理办件 1 件" in first and "受理办件 1 件" in second


def test_cases_are_counted_by_an_index_and_rows_not_at_all(one: Maker) -> None:
    with in_centre("hangzhou"):
        changes.note_version(b.AT)
        number = readers.versions()[0].number
    with CaptureQueriesContext(connection) as asked:
        one.page("versions/")
        one.page(f"versions/{number}/")
    said = [query["sql"] for query in asked if 'policy_version"' in query["sql"] and "GROUP BY" in query["sql"]]
    assert len(said) == 2 and not any("engine_case_row" in query["sql"] for query in asked)
    with in_centre("hangzhou"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in said:
            cursor.execute(f"EXPLAIN {sql}")
            assert "Only Scan using case_of_version" in str(cursor.fetchall()), sql


def test_pages_ask_the_same_number_of_questions_however_much_was_amended(one: Maker, other: Maker) -> None:
    def questions(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            one.page(path)
        return len(asked)

    def amended(count: int) -> list[int]:
        for number in range(count):
            path = one.propose("hotline", {"value": f"{count}{number}", "first_day": "2026-11-20", "source": "通知"})
            other.decide(path, "approve")
        return [questions(path) for path in ("", "of/hotline/", "changes/", "versions/")]

    assert amended(1) == amended(4)


def test_the_second_page_of_amendments(one: Maker) -> None:
    somebody, hotline = Actor.staff(7, "章程", frozenset({Role.POLICY})), Change("hotline", date(2026, 11, 20), "12329")
    for _ in range(52):
        changes.propose(somebody, at("2026-11-16 09:30"), Proposal(hotline, "通知"), None)
    assert "共 52 条" in one.get("changes/") and "共 52 条" in one.get("changes/?page=2")
    assert "?state=waiting&amp;page=2" in one.page("changes/?state=waiting").content.decode()
