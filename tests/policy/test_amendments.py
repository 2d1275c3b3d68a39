"""Two people amend the book: what can be proposed, who decides, which version everybody sees, and that nothing of the
past changes.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.paying import trail_of
from tests.server import Clone

from hpf.access.actor import Actor, Role
from hpf.access.tenancy import in_centre
from hpf.kernel.clock import TZ
from hpf.kernel.money import Money
from hpf.kernel.month import Month
from hpf.policy import changes, readers
from hpf.policy.amendable import parameters
from hpf.policy.amending import amended, plain, with_change
from hpf.policy.book import Rules, load
from hpf.policy.changes import AmendmentRefused, ProposalRefused, SeenIsStale
from hpf.policy.facts import Change, Decision
from hpf.policy.leaves import PolicyGap
from hpf.policy.proposals import Proposal, examine

POLICY = frozenset({Role.POLICY})
ONE, OTHER, THIRD = (Actor.staff(number, name, POLICY) for number, name in ((71, "章程"), (72, "季度"), (73, "宋令")))
NOW = datetime(2026, 11, 16, 9, 30, tzinfo=TZ)
TODAY = NOW.date()
WINTER = date(2026, 12, 1)
OCTOBER = Month(2026, 10)
CAP = Change("base_cap", date(2027, 7, 1), 43000, date(2028, 6, 30))
HOTLINE = Change("hotline", TODAY, "0571-12329")


def until_october(_: Rules) -> Month:
    """The last month that is closed."""
    return OCTOBER


def proposed(change: Change, by: Actor = ONE, at: datetime = NOW, closed: Month | None = OCTOBER) -> int:
    """The id of a proposed change."""
    return changes.propose(by, at, Proposal(change, "杭公积金〔2027〕1号"), closed)


def approved(change: Change, at: datetime = NOW, closed: Month | None = OCTOBER) -> int:
    """The number of the version that a change made, proposed by one and approved by another."""
    one = proposed(change, at=at, closed=closed)
    return changes.approve(OTHER, at, one, readers.last_approved(change.leaf), lambda _: closed)


def wrong(change: Change, today: date = TODAY, closed: Month | None = OCTOBER, source: str = "文件") -> list[str]:
    """What speaks against a change in Hangzhou, each with its field."""
    return [f"{one.field}: {one.text}" for one in examine(load("hangzhou"), Proposal(change, source), today, closed)]


# two people


def test_an_approved_cap_counts_from_its_month_on_and_closes_the_gap(centre: object) -> None:
    with pytest.raises(PolicyGap):
        _ = readers.current_rules().on(Month(2027, 7)).base_cap
    shipped = readers.current_rules().version
    number = approved(CAP)
    rules = readers.current_rules()
    assert rules.on(Month(2027, 7)).base_cap == Money.of_yuan(43000)
    assert rules.on(Month(2027, 6)).base_cap == load("hangzhou").on(Month(2027, 6)).base_cap
    assert rules.version != shipped and readers.numbers_of([rules.version, shipped])[rules.version] == number
    with pytest.raises(PolicyGap):
        _ = rules.on(Month(2028, 7)).base_cap
    told = readers.amendment(readers.last_approved("base_cap"))
    assert (told.proposed_by, told.decision, told.decided_by) == ("章程", Decision.APPROVED, "季度")
    assert len(trail_of("amendment_proposed")) == len(trail_of("amendment_approved")) == 1


def test_nobody_decides_about_their_own_and_only_policy_decides_at_all(centre: object) -> None:
    one = proposed(HOTLINE)
    for verb in (
        lambda who: changes.approve(who, NOW, one, 0, until_october),
        lambda who: changes.decline(who, NOW, one, "不"),
    ):
        with pytest.raises(AmendmentRefused, match="另一名"):
            verb(ONE)
        with pytest.raises(AmendmentRefused, match="政策管理岗位"):
            verb(Actor.staff(80, "顾守", frozenset({Role.ADMIN})))
        with pytest.raises(AmendmentRefused, match="政策管理岗位"):
            verb(Actor.system("a run"))
    with pytest.raises(AmendmentRefused, match="只有提出人"):
        changes.withdraw(OTHER, NOW, one)
    assert readers.amendment(one).decision is None and readers.waiting() == 1
    assert (readers.waiting(but_not_by=71), readers.waiting(but_not_by=72)) == (0, 1)


def test_a_decision_is_the_last_word(centre: object) -> None:
    declined, withdrawn = proposed(HOTLINE), proposed(HOTLINE)
    with pytest.raises(AmendmentRefused, match="请填写"):
        changes.decline(OTHER, NOW, declined, "")
    changes.decline(OTHER, NOW, declined, "号码有误")
    changes.withdraw(ONE, NOW, withdrawn)
    assert readers.amendment(declined).note == "号码有误"
    for one in (declined, withdrawn):
        with pytest.raises(AmendmentRefused, match="不能再次处理"):
            changes.approve(OTHER, NOW, one, 0, until_october)
    assert readers.current_rules().book is load("hangzhou").book
    with pytest.raises(readers.NoAmendment):
        changes.withdraw(ONE, NOW, 10_000)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE policy_amendment SET value = '1'", "DELETE FROM policy_ruling", "UPDATE policy_version SET number = 9",
        "INSERT INTO policy_ruling SELECT {id}, 'approved', 71, '章程', now(), ''",
        "INSERT INTO policy_ruling SELECT {id}, 'withdrawn', 72, '季度', now(), ''",
        "INSERT INTO policy_version (fingerprint, made_at, amendment_id) SELECT 5, now(), {id}",
    ],
)  # fmt: skip
def test_the_database_holds_what_the_verbs_promise(centre: object, statement: str) -> None:
    one = proposed(HOTLINE)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(id=one))


def test_whoever_approves_has_seen_the_last_amendment_of_the_parameter(centre: object) -> None:
    first, second = proposed(HOTLINE), proposed(replace(HOTLINE, value="0571-87654321"), by=OTHER)
    seen = readers.last_approved("hotline")
    changes.approve(THIRD, NOW, first, seen, until_october)
    with pytest.raises(SeenIsStale):
        changes.approve(THIRD, NOW, second, seen, until_october)
    changes.approve(THIRD, NOW, second, readers.last_approved("hotline"), until_october)
    assert readers.current_rules().at(TODAY).hotline == "0571-87654321"


def test_one_of_two_approvers_wins(committed_centre: Clone) -> None:
    one, barrier, told = proposed(HOTLINE), Barrier(2), list[str]()

    def decide(who: Actor) -> None:
        with in_centre("hangzhou"):
            barrier.wait()
            try:
                told.append(f"version {changes.approve(who, NOW, one, 0, until_october)}")
            except AmendmentRefused as refused:
                told.append(str(refused))
        connection.close()

    threads = [Thread(target=decide, args=(who,)) for who in (OTHER, THIRD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(text[:4] for text in told) == ["vers", "该修改已"]
    assert len(readers.changes_until()) == 1


# which version is seen


def test_another_process_goes_by_the_new_version_at_its_next_transaction(committed_centre: Clone) -> None:
    one, seen = proposed(HOTLINE), list[str]()

    def hotline() -> str:
        return readers.current_rules().at(TODAY).hotline

    def other_process(step: Callable[[], object]) -> None:
        def run() -> None:
            with in_centre("hangzhou"):
                step()
            connection.close()

        thread = Thread(target=run)
        thread.start()
        thread.join()

    with transaction.atomic():
        seen.append(hotline())
        other_process(lambda: changes.approve(OTHER, NOW, one, 0, until_october))
        seen.append(hotline())  # the same version throughout a transaction
    seen.append(hotline())
    assert seen == ["400-888-4636", "400-888-4636", "0571-12329"]


def test_what_is_rolled_back_was_never_in_force(committed_centre: Clone) -> None:
    one = proposed(HOTLINE)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        changes.approve(OTHER, NOW, one, 0, until_october)
        assert readers.current_rules().at(TODAY).hotline == "0571-12329"
        raise ZeroDivisionError
    assert readers.current_rules().at(TODAY).hotline == "400-888-4636"
    approved(replace(HOTLINE, value="12329"))
    assert readers.current_rules().at(TODAY).hotline == "12329"


def test_one_centre_amends_for_itself_only(centre: object) -> None:
    other = load("heihe").at(TODAY).hotline
    approved(HOTLINE)
    with in_centre("heihe"):
        assert readers.current_rules().at(TODAY).hotline == other and not readers.versions()
        changes.note_version(NOW)
        assert len(readers.versions()) == 1
    assert readers.current_rules().at(TODAY).hotline == "0571-12329"
    assert load("hangzhou").at(TODAY).hotline == "400-888-4636"  # the packs alone


def test_asking_costs_one_question_and_the_book_is_kept(centre: object) -> None:
    approved(CAP)
    first = readers.current_rules("a test")
    with CaptureQueriesContext(connection) as asked:
        again = readers.current_rules("a test")
    assert len(asked) == 1 and again.book is first.book


def test_versions_are_numbered_in_order_and_a_value_changed_back_is_a_new_one(centre: object) -> None:
    changes.note_version(NOW)
    changes.note_version(NOW)
    texts = ("一", "二", "一")
    numbers = [approved(replace(HOTLINE, value=text), NOW + timedelta(hours=n)) for n, text in enumerate(texts)]
    found = readers.versions()
    assert [one.number for one in found] == [*reversed(numbers), found[-1].number]
    assert found[-1].amendment is None and len({one.fingerprint for one in found}) == 4
    assert found[0].amendment is not None and found[0].amendment.change.value == "一"
    second = Rules(amended("hangzhou", readers.changes_until(numbers[1])))
    assert readers.version(numbers[1]).fingerprint == second.version and second.at(TODAY).hotline == "二"
    with pytest.raises(readers.NoAmendment):
        readers.version(numbers[-1] + 1)


# what can be proposed


@pytest.mark.parametrize("city", ["hangzhou", "heihe"])
def test_every_amendable_parameter_can_be_proposed_with_its_own_value(city: str) -> None:
    rules, count = load(city), 0
    for found in parameters(rules.book):
        leaf = rules.book.plain[found.leaf]
        first, value = leaf.values[-1]
        if found.kind.begins.value != "year":
            first = date(2027, 7, 1) if leaf.until else date(2027, 1, 1)
        change = Change(found.leaf, first, plain(value))
        assert not examine(rules, Proposal(change, "文件"), TODAY, OCTOBER), found
        assert found.label and found.label[0] > "一", found
        count += 1
    assert count > 40


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (replace(CAP, value="很多"), "value: “缴存基数上限”须为金额"),
        (replace(CAP, leaf="rate_highest", value=None), "value: 请填写“缴存比例上限”"),
        (replace(CAP, value=-1), "value: “缴存基数上限”须大于0"),
        (replace(CAP, value=2000, first_day=WINTER, until=None), "下限2,660.00元高于上限"),
        (replace(CAP, first_day=date(2027, 7, 15)), "first_day: “缴存基数上限”按月生效，生效日须为某月1日"),
        (replace(CAP, first_day=date(2026, 10, 1)), "2026-10-01过早：以前月份的应缴已生成，请改为2026-11-01"),
        (replace(CAP, first_day=date(2027, 8, 1)), "first_day: 现行值到2027-06-30为止，生效日须不晚于2027-07-01"),
        (replace(CAP, until=date(2027, 1, 1)), "until: 有效期至2027-01-01早于生效日"),
        (replace(CAP, until=date(9999, 12, 31)), "until: 9999-12-31不在2000年至2100年之间"),
        (replace(HOTLINE, first_day=date(1999, 1, 1)), "first_day: 1999-01-01不在2000年至2100年之间"),
        (Change("base_floor.city", WINTER, 60000), "高于上限42,151.00元，请核对"),
        (Change("rate_highest", date(2027, 7, 1), "13"), "国家规定的5%至12%"),
        (Change("rate_lowest", date(2027, 7, 1), "12.5"), "国家规定的5%至12%"),
        (Change("rate_lowest", date(2027, 7, 1), "a"), "须为0至100的百分数"),
        (replace(HOTLINE, first_day=date(2026, 11, 15)), "已经过去的日子不能修改，请改为2026-11-16"),
        (Change("hotline", TODAY, 5), "须为文字"),
        (Change("website", TODAY, "javascript:alert(1)"), "“中心网站”须为以http://或https://开头的网址，不能是“javascript:alert(1)”"),
        (Change("website", TODAY, "https://a.example\" onclick=\"x"), "“中心网站”须为以http://或https://开头的网址"),
        (Change("website", TODAY, "https://"), "“中心网站”须为以http://或https://开头的网址"),
        (Change("portal", TODAY, "//hz.zjzwfw.gov.cn/"), "“政务服务网地址”须为以http://或https://开头的网址"),
        (Change("import_expired", TODAY, "超过{hours}小时"), "占位符{hours}不能使用，可用的占位符：{minutes}"),
        (Change("import_expired", TODAY, "超过{minutes:>20}"), "占位符{minutes:>20}不能使用"),
        (Change("import_expired", TODAY, "超过{minutes.real}"), "占位符{minutes.real}不能使用"),
        (Change("import_expired", TODAY, "超过{"), "花括号不成对"),
        (Change("import_expired", TODAY, "长" * 501), "最多500字，现为501字"),
        (Change("daily_cutoff", TODAY, "25:00"), "须为时间，如17:00"),
        (Change("review_workdays.account.opening", TODAY, 0), "须为1至60的整数（个工作日）"),
        (Change("review_workdays.account.opening", TODAY, True), "须为1至60的整数"),
        (Change("import_advice", TODAY, ["好", ""]), "须为若干行文字"),
        (Change("desk_refusal_reasons", TODAY, [{"code": "01", "text": "一"}] * 2), "代码01重复"),
        (Change("desk_refusal_reasons", TODAY, [{"code": "01", "text": ""}]), "一行须有代码和名称"),
        (Change("desk_refusal_reasons", TODAY, [{"code": "01", "text": "一"}]), "代码99用于另行填写原因，不能删除"),
        (Change("materials.account.opening", TODAY, [{"name": "甲", "required": True}] * 2), "材料“甲”重复"),
        (Change("materials.account.opening", TODAY, [{"name": "", "required": True}]), "材料须有名称"),
        (Change("materials.account.opening", TODAY, [{"name": "甲", "row_file": "{no}.exe"}]), "{id_no}.jpg"),
        (Change("number_case", TODAY, "{serial}"), "没有可由中心修改的参数"),
        (Change("law_rate_highest", TODAY, 50), "没有可由中心修改的参数"),
        (Change("no_such_leaf", TODAY, 1), "没有可由中心修改的参数"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_the_words_of_the_desk(change: Change, told: str) -> None:
    assert any(told in text for text in wrong(change)), wrong(change)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = wrong(Change("base_cap", date(2026, 1, 9), "x", date(2025, 1, 1)), source="")
    assert {text.partition(":")[0] for text in found} == {"value", "first_day", "until", "source"}


def days_off(year: int, **more: Any) -> Change:
    """A list of days off as the State Council announces it."""
    value = {"year": year, "notice": "国办发明电〔2026〕1号", "days_off": [f"{year}-01-01"], "workdays": [], **more}
    return Change("day_off_list", date(year, 1, 1), value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (days_off(2028), ""),
        (days_off(2027, days_off=["2027-01-01", "2027-02-30"]), "休息日中的“2027-02-30”不是日期"),
        (days_off(2027, days_off=["2028-01-01"]), "休息日中的2028-01-01不在2027年"),
        (days_off(2027, days_off=[]), "请填写休息日"),
        (days_off(2027, notice=""), "请填写国务院办公厅通知的文号"),
        (days_off(2027, workdays=["2027-02-03"]), "2027-02-03不是周六或周日"),
        (days_off(2027, workdays=["2027-01-02", "2027-01-02"]), "2027-01-02重复"),
        (days_off(27), "年度须为四位数字"),
        (replace(days_off(2027), first_day=date(2027, 2, 1)), "生效日须为2027-01-01"),
        (days_off(2026), "2026-02-16已经过去，是否为休息日不能再改，请恢复"),
    ],
)  # fmt: skip
def test_lists_of_days_off(change: Change, told: str) -> None:
    found = wrong(change)
    assert any(told in text for text in found) if told else not found, found


@pytest.mark.req("HZ-1.2-03")
def test_the_announced_days_off_move_the_cut_off(centre: object) -> None:
    march = Month(2028, 3)
    with pytest.raises(PolicyGap, match="节假日安排尚未公布"):
        readers.current_rules().calendar.cutoff(march)
    approved(days_off(2028, days_off=["2028-01-01", "2028-03-20"]))
    assert readers.current_rules().calendar.cutoff(march) == date(2028, 3, 17)  # 20 March is a Monday


def test_a_gap_that_is_open_already_is_closed_backwards_but_no_value_in_force_is_touched(centre: object) -> None:
    later = datetime.combine(date(2027, 9, 10), time(9), TZ)
    closed = Month(2027, 8)
    number = approved(CAP, later, closed)
    assert number and readers.current_rules().on(Month(2027, 7)).base_cap == Money.of_yuan(43000)
    again = replace(CAP, value=44000)
    with pytest.raises(ProposalRefused, match="2027-09-01"):
        proposed(again, at=later, closed=closed)


def test_an_approval_judges_again_on_its_own_day(centre: object) -> None:
    one = proposed(HOTLINE)
    with pytest.raises(ProposalRefused, match="2026-11-18"):
        changes.approve(OTHER, NOW + timedelta(days=2), one, 0, until_october)
    assert readers.amendment(one).decision is None


def test_a_later_value_stays_when_an_earlier_one_is_put_before_it() -> None:
    leaf = load("hangzhou").book.plain["base_cap"]
    changed = with_change(leaf, Change("base_cap", date(2026, 1, 1), 40000, date(2026, 2, 1)))
    assert (changed.until, changed.on(date(2026, 3, 1)), changed.on(date(2026, 7, 1))) == (leaf.until, 40000, 42151)
