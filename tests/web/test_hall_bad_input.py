"""Forms that come wrong: sent twice, from another tab, stale, tampered with, for somebody else."""

from collections.abc import Callable

import pytest
from tests import personas
from tests.hall import HOME, OPENING, PNG, Roster, good, row, text_of

from hpf.engine import listings, readers
from hpf.kernel.clock import FixedClock


@pytest.fixture
def roster(centre: object, clock: FixedClock) -> Roster:
    """An agent in the declaration interface."""
    personas.city()
    return Roster(personas.login(personas.AGENT)).enter()


def cases() -> int:
    """How many cases the agent's employer has."""
    return listings.cases_of_employer(personas.account_of(personas.AGENT).employer_id).total


def test_a_submission_sent_twice_from_two_tabs_and_by_the_back_button_is_one_case(roster: Roster) -> None:
    roster.save(1)
    form = roster.submission(roster.to_confirmation())
    first = roster.send("confirm/", form)
    second = roster.send("confirm/", form)
    assert first["Location"] == second["Location"]
    roster.client.get(f"{OPENING}list/")
    third = roster.send("confirm/", form)
    assert third["Location"] == first["Location"], "even after a new list was begun"
    assert cases() == 1
    stale = roster.page("confirm/")
    assert stale.status_code == 409 and "清册已经提交" in text_of(stale)


def test_a_row_sent_twice_is_in_the_list_once(roster: Roster) -> None:
    roster.save(1)
    again = roster.save(1)
    assert again.status_code == 422 and "同一职工在清册中重复" in text_of(again)
    assert roster.names() == ["张三"]


@pytest.mark.parametrize(
    "send",
    [
        lambda r: r.page(), lambda r: r.save(2), lambda r: r.send("list/confirm/"), lambda r: r.page(""),
        lambda r: r.send("", {"declared": "1"}), lambda r: r.page("materials/"), lambda r: r.material(),
        lambda r: r.page("confirm/"), lambda r: r.send("list/delete/", {"row": ["1"]}),
        lambda r: r.page("list/import/"),
        lambda r: r.page("list/report/"), lambda r: r.page("list/marked/"),
    ],
)  # fmt: skip
def test_a_visit_that_another_window_has_ended_says_so_and_changes_nothing(
    roster: Roster, send: Callable[[Roster], object]
) -> None:
    roster.save(1)
    newer = Roster(roster.client).enter()
    answer = send(roster)
    assert answer.status_code == 409  # type: ignore[attr-defined]
    assert f'href="{OPENING}list/"' in answer.content.decode()  # type: ignore[attr-defined]
    assert newer.names() == ["张三"]


@pytest.mark.req("HZ-1.3-10")
def test_the_visit_of_another_employer_says_no_more_than_one_that_never_was(roster: Roster) -> None:
    rival = personas.login(personas.RIVAL)
    said = [text_of(Roster(rival, visit=visit).page()) for visit in (roster.visit, "no such visit")]
    assert "本页面已失效" in said[0] and "杭州E1有限公司" not in said[0] and said[0] == said[1]
    mine, theirs = (personas.account_of(who).id for who in (personas.AGENT, personas.RIVAL))
    assert readers.account_of_visit(roster.visit, "account.opening", [theirs]) is None
    assert readers.account_of_visit(roster.visit, "account.opening", [mine, theirs]) == mine


def test_what_was_typed_into_a_stale_page_is_there_on_entering_anew(roster: Roster) -> None:
    newer = Roster(roster.client).enter()
    assert roster.save(1, name="赵小敏").status_code == 409
    assert 'value="赵小敏"' in newer.page().content.decode()


def test_a_parameter_sent_twice_is_refused(roster: Roster) -> None:
    fields = {"visit": roster.visit, **row(1), "wage": ["8200", "9000"]}
    assert roster.client.post(f"{OPENING}list/save/", fields).status_code == 400
    assert roster.names() == []


@pytest.mark.parametrize(
    ("step", "data"),
    [
        ("confirm/", {"submit_key": "x"}), ("confirm/", {}), ("materials/upload/", {"material": "99"}),
        ("materials/upload/", {"material": "-1"}), ("materials/upload/", {}),
    ],
)  # fmt: skip
def test_changed_hidden_fields_are_refused(roster: Roster, step: str, data: dict[str, str]) -> None:
    roster.save(1)
    roster.send("list/confirm/")
    roster.send("", {"declared": "1"})
    assert roster.send(step, data).status_code == 400
    assert cases() == 0


@pytest.mark.parametrize("field", ["employer_rate", "total", "employer_account_id", "x"])
def test_an_unknown_field_is_refused(roster: Roster, field: str) -> None:
    page = roster.save(1, **{field: "1"})
    assert page.status_code == 422 and "不认识的栏目" in text_of(page)


@pytest.mark.parametrize("no", ["9", "0", "-1", "x", "9" * 30])
def test_a_row_that_is_not_there_cannot_be_changed(roster: Roster, no: str) -> None:
    roster.save(1)
    roster.send("list/save/", {**row(2), "no": no})
    assert "张三" in roster.names()
    assert roster.page(edit=no).status_code == 200


def test_steps_cannot_be_skipped(roster: Roster) -> None:
    assert "items/account.opening/?" in roster.page("materials/")["Location"]
    assert "items/account.opening/?" in roster.page("confirm/")["Location"]
    roster.save(1)
    draft = readers.draft(personas.account_of(personas.AGENT).id, "account.opening")
    assert draft is not None
    forced = roster.send("confirm/", {"submit_key": draft.submit_key, "draft": str(draft.id)})
    words = text_of(roster.client.get(forced["Location"]))
    for missing in ("清册尚未确认", "请阅读并勾选声明", "缺少材料"):
        assert missing in words
    assert cases() == 0


def test_another_employers_things_are_not_there(roster: Roster, drain: Callable[[], int]) -> None:
    roster.save(1)
    roster.to_confirmation()
    draft = readers.draft(personas.account_of(personas.AGENT).id, "account.opening")
    assert draft is not None
    rival = personas.login(personas.RIVAL)
    theirs = Roster(rival, visit=roster.visit)
    for step in ("list/", "", "materials/", "confirm/", "list/report/", "materials/file/"):
        assert theirs.page(step).status_code == 409, step
    stolen = rival.post(
        f"{OPENING}confirm/", {"visit": roster.visit, "submit_key": draft.submit_key, "draft": str(draft.id)}
    )
    assert stolen.status_code == 409 and cases() == 0
    case = roster.submit()
    drain()
    for step in ("", "failed/", "voucher/", "material/?id=1"):
        assert rival.get(case + step).status_code == 404
    assert rival.post(f"{case}reveal/?row=1").status_code == 404
    assert rival.post(f"{OPENING}list/again/?case={case.split('/')[-2]}").status_code == 404
    assert case not in rival.get(f"{HOME}cases/").content.decode()


def test_two_employers_in_two_tabs_do_not_mix(centre: object, clock: FixedClock) -> None:
    personas.city()
    bureau = personas.login(personas.BUREAU)
    one, other = (personas.account_of(who).account_no for who in (personas.AGENT, personas.RIVAL))
    bureau.get(f"{HOME}employers/{one}/")
    first = Roster(bureau).enter()
    bureau.get(f"{HOME}employers/{other}/")
    assert first.save(1).status_code == 409, "the tab of the first employer does not write into the second"
    assert Roster(bureau).enter().names() == []


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "a.xlsx"), (b"hello", "a.xlsx"), (PNG, "a.png"), (b"PK\x03\x04" + bytes(50), "a.xlsx")],
)
def test_files_that_are_no_template_are_refused_in_words(roster: Roster, content: bytes, name: str) -> None:
    page = roster.upload(content, name)
    assert page.status_code in (200, 422)
    assert 't-bad"' in page.content.decode() or "请选择" in text_of(page)
    assert roster.names() == []


def test_a_template_without_rows_and_an_import_without_a_file_are_refused(roster: Roster) -> None:
    assert "没有填写任何记录" in text_of(roster.upload(roster.workbook([])))
    page = roster.send("list/import/")
    assert page.status_code == 422 and "请选择要导入的文件" in text_of(page)


def test_forms_only_come_by_post(roster: Roster) -> None:
    for step in (
        "list/save/",
        "list/live/",
        "list/delete/",
        "list/confirm/",
        "list/again/",
        "materials/upload/",
        "list/reveal/",
    ):
        assert roster.page(step).status_code == 400, step


@pytest.mark.parametrize("step", ["list/", "list/report/", "confirm/", ""])
@pytest.mark.parametrize("page", ["0", "-5", "x", "99999999999999999999", "'"])
def test_odd_page_numbers_show_a_page(roster: Roster, step: str, page: str) -> None:
    roster.upload(roster.workbook([good(1), good(2, name="Bob")]))
    roster.send("list/confirm/")
    roster.send("", {"declared": "1"})
    assert roster.page(step, page=page).status_code == 200
