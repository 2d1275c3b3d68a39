"""The centre's desk: the console, rows that need a person, money that nobody could place, the books."""

import re
import sys
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from tests import personas
from tests.hall import HOME, Roster, text_of
from tests.parties import builders as b
from tests.paying import ACTOR, at, owing, trail_of
from tests.staff import at_desk as staff

from hpf.access.actor import Role
from hpf.dues import audit
from hpf.kernel.clock import FixedClock
from hpf.runs import carry_out, listings
from hpf.runs.facts import RunState
from hpf.web.desk.books import CHECKS

DESK = f"{HOME}desk/"
OLD = "19600101"
"""A man born then is past retirement in 2026: his row needs a person."""


@pytest.fixture
def referred(centre: object, clock: FixedClock, drain: Callable[[], int]) -> str:
    """A case with two rows that need a person and one that was opened; its number."""
    personas.city()
    roster = Roster(personas.login(personas.AGENT)).enter()
    roster.save(1, name="李一")
    for serial, name in ((21, "赵老"), (23, "钱老")):
        roster.save(serial, name=name, id_no=b.id_no(serial, born=OLD))
    number = roster.submit().rstrip("/").split("/")[-1]
    drain()
    return number


# rows that need a person


@pytest.mark.req("HZ-2.4.1-49")
def test_the_list_shows_how_long_a_case_waits_and_by_when_it_is_due(referred: str, clock: FixedClock) -> None:
    teller = staff(Role.TELLER)
    clock.move_to(clock.now() + timedelta(hours=5))
    words = text_of(teller.get(f"{DESK}cases/"))
    for shown in (referred, "杭州E1有限公司", "5 小时", "2026-11-19", "期限内"):
        assert shown in words
    clock.move_to(at("2026-11-20 09:30"))
    late = teller.get(f"{DESK}cases/")
    assert "已超期" in text_of(late) and "4 天 0 小时" in text_of(late) and 't-bad"' in late.content.decode()


def test_rows_and_papers_stand_side_by_side(referred: str) -> None:
    teller = staff(Role.TELLER)
    page = teller.get(f"{DESK}cases/{referred}/")
    words, source = text_of(page), page.content.decode()
    assert "赵老" in words and "钱老" in words and "李一" not in words
    assert "职工已超过法定退休年龄" in words and "清册.png" in words
    assert b.id_no(21, born=OLD) not in words
    paper = re.findall(r'href="([^"]*material/\?id=\d+)"', source)[0]
    assert teller.get(paper)["Content-Type"] == "image/png"
    reveal = re.findall(r'formaction="([^"]*reveal[^"]*)"', source)[0].replace("&amp;", "&")
    assert teller.post(reveal).content.decode() == b.id_no(21, born=OLD)
    assert len(trail_of("material.seen")) == 1 and len(trail_of("id.revealed")) == 1


@pytest.mark.req("HZ-2.4.1-49")
def test_an_approved_row_is_carried_out_and_a_refused_one_tells_why(referred: str) -> None:
    teller, address = staff(Role.REVIEWER), f"{DESK}cases/{referred}/decide/"
    approved = teller.post(address, {"do": "approve", "row": ["2"]}, follow=True)
    assert "已批准：1 笔办理成功" in text_of(approved) and "钱老" in text_of(approved)
    sent = {"do": "refuse", "row": ["3"], "reason": "02", "words": "缺返聘合同"}
    assert "材料缺失：缺返聘合同" in text_of(teller.post(address, sent, follow=True))
    words = text_of(personas.login(personas.AGENT).get(f"{HOME}cases/{referred}/"))
    assert "材料缺失：缺返聘合同" in words and "部分成功" in words
    assert referred not in text_of(teller.get(f"{DESK}cases/"))


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"do": "approve"}, "请先勾选要处理的记录"),
        ({"do": "refuse", "row": "2"}, "请选择不予办理的原因"),
        ({"do": "refuse", "row": "2", "reason": "77"}, "请选择不予办理的原因"),
        ({"do": "refuse", "row": "2", "reason": "99"}, "请填写不予办理的具体原因"),
    ],
)
def test_a_decision_that_lacks_something_changes_nothing(referred: str, sent: dict[str, str], why: str) -> None:
    teller = staff(Role.TELLER)
    answer = teller.post(f"{DESK}cases/{referred}/decide/", sent)
    assert answer.status_code == 422 and why in text_of(answer)
    assert "待处理笔数" in text_of(teller.get(f"{DESK}cases/")) and referred in text_of(teller.get(f"{DESK}cases/"))


def test_nobody_decides_about_their_own_declaration(referred: str) -> None:
    teller = staff(Role.TELLER)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE engine_case SET declared_by_user_id = (SELECT max(id) FROM public.access_user)")
    for do in ("approve", "refuse"):
        answer = teller.post(f"{DESK}cases/{referred}/decide/", {"do": do, "row": ["2"], "reason": "02"})
        assert answer.status_code == 422 and "不能处理本人申报的办件" in text_of(answer)


def test_deciding_twice_decides_once(referred: str) -> None:
    teller, address = staff(Role.TELLER), f"{DESK}cases/{referred}/decide/"
    for _ in range(2):
        teller.post(address, {"do": "approve", "row": ["2"]})
    words = text_of(teller.get(f"{DESK}cases/{referred}/"))
    assert "成功 2，失败 0，人工处理 1" in words


# runs


def test_the_console_shows_runs_with_progress_and_figures_and_what_comes_next(
    centre: object, clock: FixedClock, drain: Callable[[], int]
) -> None:
    owing()
    carry_out.start("next_day", at("2026-11-16 06:00"))
    teller = staff(Role.TELLER)
    assert "待运行" in text_of(teller.get(f"{DESK}runs/"))
    drain()
    words = text_of(teller.get(f"{DESK}runs/"))
    for shown in (
        "次日批量处理",
        "2026-11-16 06:00",
        "已完成",
        "办件 0",
        "下次运行",
        "2026-11-17 06:00",
        "生成当月应缴",
    ):
        assert shown in words
    assert "重新运行" not in words
    run = listings.runs().items[0]
    assert "用时" in text_of(teller.get(f"{DESK}runs/{run.id}/"))
    assert teller.get(f"{DESK}runs/999999/").status_code == 404


def test_a_failed_run_is_started_again_by_an_operator(
    centre: object, clock: FixedClock, drain: Callable[[], int]
) -> None:
    carry_out.start("next_day", at("2026-11-16 06:00"))
    run = listings.runs().items[0]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE runs_run SET state = 'failed', problem = 'LookupError: gone' WHERE id = %s", [run.id])
        cursor.execute("UPDATE public.procrastinate_jobs SET status = 'failed'")
    operator = staff(Role.BATCH)
    words = text_of(operator.get(f"{DESK}runs/"))
    assert "运行失败" in words and "LookupError: gone" in words and "重新运行" in words
    assert "已重新排入运行" in text_of(operator.post(f"{DESK}runs/{run.id}/again/", follow=True))
    drain()
    assert listings.runs().items[0].state is RunState.DONE
    assert "无需重新运行" in text_of(operator.post(f"{DESK}runs/{run.id}/again/", follow=True))
    assert trail_of("run.again") == [{"code": "next_day"}]


# money


def test_every_identity_of_the_books_has_words_and_holds(centre: object, clock: FixedClock) -> None:
    owing()
    assert set(audit.run_all()) == set(CHECKS)
    accountant = staff(Role.ACCOUNTANT)
    words = text_of(accountant.get(f"{DESK}books/?check=1"))
    assert all(name in words for name in CHECKS.values()) and "不一致 0 项" in words
    assert "2026-10" in words and "各月应缴与入账" in words and "住房公积金存款" in words


def test_the_books_tell_what_is_wrong(centre: object, clock: FixedClock) -> None:
    owing()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dues_due SET state = 'failed' WHERE people = 3")
    words = text_of(staff(Role.AUDITOR).get(f"{DESK}books/?check=1"))
    assert "不一致 1 项" in words and "is failed" in words


def test_money_that_nobody_could_place_is_listed(centre: object, clock: FixedClock) -> None:
    from tests.dues.builders import Notice  # noqa: PLC0415 - the dues' own words for what the cashier says

    from hpf.dues.changes import take_payment  # noqa: PLC0415
    from hpf.kernel.money import Money  # noqa: PLC0415

    take_payment(ACTOR, clock.now(), Notice("S2099", Money(12_345), paid_at=clock.now()))
    words = text_of(staff(Role.ACCOUNTANT).get(f"{DESK}receipts/"))
    for shown in ("S2099", "123.45", "订单不存在", "暂收款", "未知", "杭州某厂"):
        assert shown in words
    assert "没有未落实的到账" not in words


# the demo's clock


def test_the_clock_is_the_demos_only(centre: object, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DEMO", False)
    assert Client().get(f"{HOME}clock/").status_code == 404
    assert Client().post(f"{HOME}clock/", {"quick": "2026-11-17 09:00"}).status_code == 404


asked: list[str] = []


def note(target: object) -> bool:
    """A mover that only remembers."""
    asked.append(f"{target:%Y-%m-%d %H:%M}")
    return True


@pytest.mark.parametrize(
    ("sent", "target", "why"),
    [
        ({"quick": "2026-11-17 09:00"}, "2026-11-17 09:00", ""),
        ({"day": "2026-11-21", "hour": "07:00"}, "2026-11-21 07:00", ""),
        ({"day": "2026-11-16", "hour": "09:00"}, "", "时钟只能向前拨"),
        ({"day": "2028-11-16", "hour": "09:00"}, "", "一次最多拨动"),
        ({"day": "tomorrow", "hour": ""}, "", "请填写日期和时间"),
    ],
)
def test_the_clock_is_moved_forward(
    centre: object, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, sent: dict[str, str], target: str, why: str
) -> None:
    monkeypatch.setattr(settings, "DEMO", True)
    monkeypatch.setattr(settings, "HPF_CLOCK_MOVER", f"{__name__}.note")
    monkeypatch.setitem(sys.modules, __name__, SimpleNamespace(note=note))  # importlib mode leaves it out of there
    asked.clear()
    assert "2026-11-16 09:30" in text_of(Client().get(f"{HOME}clock/"))
    answer = Client().post(f"{HOME}clock/", sent)
    assert asked == ([target] if target else [])
    assert answer.status_code == (302 if target else 422) and why in text_of(answer)
