"""A workbook too large to wait for, as the agent sees it: progress, leaving, coming back, cancelling, two windows."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests import personas
from tests.hall import OPENING, Answer, Roster, good, text_of

from hpf.engine import readers
from hpf.engine.facts import CaseState, WorkKind
from hpf.engine.intake import long_work, portions
from hpf.kernel.clock import FixedClock

Drain = Callable[[], int]
ROWS = [good(1), good(2, name="Bob"), good(3, name="王五"), good(1, name="赵六"), good(4, name="钱七")]


@pytest.fixture
def roster(centre: object, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Roster:
    """An agent in the declaration interface of the opening; three lines are a long list, two a portion."""
    monkeypatch.setattr(portions, "PORTION", 2)
    monkeypatch.setattr(long_work, "PORTION", 2)
    settings.HPF_LINES_AT_ONCE = 2
    settings.VAR = tmp_path
    personas.city()
    return Roster(personas.login(personas.AGENT)).enter()


def _poll(roster: Roster, client: Client | None = None) -> Answer:
    """What htmx asks for every second."""
    client = client or roster.client
    return client.get(f"{OPENING}list/progress/", {"visit": roster.visit}, headers={"HX-Request": "true"})


def test_a_large_file_shows_its_progress_and_ends_where_a_small_one_does(roster: Roster, drain: Drain) -> None:
    page = roster.upload(roster.workbook(ROWS))
    source, words = page.content.decode(), text_of(page)
    assert "正在导入" in words and "清册.xlsx" in words and "取消导入" in words
    assert 'hx-trigger="every 1s"' in source
    assert '<noscript><meta http-equiv="refresh" content="3">' in source
    part = _poll(roster).content.decode()
    assert "<html" not in part and 'id="work"' in part and "HX-Redirect" not in _poll(roster).headers  # type: ignore[attr-defined]
    drain()
    result = _poll(roster)["HX-Redirect"]
    assert re.fullmatch(rf"{OPENING}list/\?visit=[\w-]+&report=\d+", result)
    assert roster.page("list/progress/")["Location"] == result  # without JavaScript
    words = text_of(roster.client.get(result))
    assert "共 5 行，已导入 3 行，2 行有误未导入" in words and "下载错误记录" in words
    assert "同一职工在清册中重复" in words and "导入的记录须在" in words
    assert roster.names() == ["李明", "王五", "钱七"]
    assert roster.client.get(f"{OPENING}list/marked/", {"visit": roster.visit}).status_code == 200


def test_how_far_it_is_shows_in_the_bar(roster: Roster) -> None:
    roster.upload(roster.workbook(ROWS))
    draft = readers.draft(personas.account_of(personas.AGENT).id, "account.opening")
    assert draft is not None and draft.work_id is not None
    from hpf.engine import models  # noqa: PLC0415

    models.DraftWork.objects.filter(id=draft.work_id).update(expected=5, total=2, good=1, position=8)
    words = text_of(_poll(roster))
    assert "40%" in words and "2 / 5" in words and "有误 1 行" in words


def test_every_page_of_the_visit_comes_back_to_it_also_after_a_new_login(roster: Roster, drain: Drain) -> None:
    roster.upload(roster.workbook(ROWS))
    assert "list/progress/" in roster.page()["Location"]
    roster.client.logout()
    assert _poll(roster).status_code == 403
    assert "login" in roster.page("list/progress/")["Location"]
    roster.client = personas.login(personas.AGENT)
    assert "正在导入" in text_of(roster.page("list/progress/"))
    drain()
    assert roster.names() == ["李明", "王五", "钱七"]


def test_the_form_of_the_item_leads_back_to_it(roster: Roster, drain: Drain) -> None:
    assert "返回查看进度" not in text_of(roster.client.get(OPENING))
    roster.upload(roster.workbook(ROWS))
    page = roster.client.get(OPENING).content.decode()
    assert "重新进入本业务会取消它" in page and f"list/progress/?visit={roster.visit}" in page
    drain()
    assert "返回查看进度" not in text_of(roster.client.get(OPENING))
    assert len(roster.names()) == 3


def test_cancelling_brings_the_list_back(roster: Roster, drain: Drain) -> None:
    roster.upload(roster.workbook([good(9, name="先到")]))
    drain()
    roster.upload(roster.workbook(ROWS))
    words = text_of(roster.client.post(f"{OPENING}list/stop/", {"visit": roster.visit}, follow=True))
    assert "已取消导入" in words and "先到" in words
    drain()
    assert roster.names() == ["先到"]
    again = roster.client.post(f"{OPENING}list/stop/", {"visit": roster.visit}, follow=True)
    assert again.status_code == 200  # cancelled twice: it had ended


def test_another_file_meanwhile_is_refused_and_the_first_goes_on(roster: Roster, drain: Drain) -> None:
    roster.upload(roster.workbook(ROWS))
    words = text_of(roster.upload(roster.workbook([good(30)])))
    assert "清册正在导入，暂时不能操作" in words and "正在导入" in words
    for step, form in (("list/confirm/", {}), ("list/delete/", {"row": "1"}), ("list/save/", {})):
        answer = roster.client.post(f"{OPENING}{step}", {"visit": roster.visit, **form}, follow=True)
        assert answer.status_code in (200, 422)
    drain()
    assert roster.names() == ["李明", "王五", "钱七"]


def test_entering_in_another_window_drops_it_and_the_first_is_told(roster: Roster, drain: Drain) -> None:
    roster.upload(roster.workbook(ROWS))
    other = Roster(roster.client)
    entered = other.client.get(f"{OPENING}list/", follow=True)
    other.visit = str(entered.redirect_chain[-1][0]).rpartition("visit=")[2]
    assert "还没有完成，已随离开本事项取消" in text_of(entered)
    stale = _poll(roster)["HX-Redirect"]
    assert roster.client.get(stale).status_code == 409
    assert roster.page("list/progress/").status_code == 409
    drain()
    assert other.names() == []


def test_another_employer_sees_nothing_of_it(roster: Roster, drain: Drain) -> None:
    roster.upload(roster.workbook(ROWS))
    rival = personas.login(personas.RIVAL)
    assert rival.get(f"{OPENING}list/progress/", {"visit": roster.visit}).status_code == 409
    assert rival.post(f"{OPENING}list/stop/", {"visit": roster.visit}).status_code == 409
    drain()
    assert len(roster.names()) == 3


def test_a_file_that_cannot_be_read_says_why_in_the_report(roster: Roster, drain: Drain) -> None:
    roster.upload(roster.workbook(ROWS, 单位名称="别的单位"))
    drain()
    words = text_of(roster.client.get(_poll(roster)["HX-Redirect"]))
    assert "没有导入任何记录" in words and "单位名称" in words


def test_a_long_list_is_confirmed_and_submitted(roster: Roster, drain: Drain) -> None:
    roster.upload(roster.workbook([good(1), good(3), good(4)]))
    drain()
    answer = roster.client.post(f"{OPENING}list/confirm/", {"visit": roster.visit}, follow=True)
    assert "正在核对" in text_of(answer)
    drain()
    assert _poll(roster)["HX-Redirect"].endswith("#declared")
    work = readers.latest_work(readers.draft(personas.account_of(personas.AGENT).id, "account.opening").id)  # type: ignore[union-attr]
    assert work is not None and work.kind is WorkKind.CHECK
    roster.send("", {"declared": "1"})
    roster.material()
    page = roster.client.get(roster.send("materials/")["Location"])
    assert "本清册于 09:30 逐笔核对通过" in text_of(page)
    address = roster.send("confirm/", roster.submission(page))["Location"]
    drain()
    case = readers.case(address.rstrip("/").rpartition("/")[2], None)
    assert (case.state, case.succeeded) == (CaseState.CONCLUDED, 3)


def test_a_line_that_no_longer_passes_is_told_after_the_check(roster: Roster, drain: Drain) -> None:
    from hpf.engine import models  # noqa: PLC0415

    roster.upload(roster.workbook([good(1), good(3), good(4)]))
    drain()
    for row in models.DraftRow.objects.filter(no=3):
        models.DraftRow.objects.filter(id=row.id).update(data={**row.data, "wage": "-1"})
    roster.send("list/confirm/")
    drain()
    words = text_of(roster.client.get(_poll(roster)["HX-Redirect"]))
    assert "有 1 条记录不能申报" in words and "月均工资应大于0" in words
