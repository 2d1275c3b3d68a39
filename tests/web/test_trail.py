"""操作留痕 at the desk: what the auditor finds, what is masked, the file, the walk through the chain."""

import ast
import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests import personas
from tests.hall import HOME, text_of
from tests.parties import builders as b
from tests.paying import trail_of
from tests.staff import at_desk as staff

import hpf
from hpf.access.actor import Actor, ActorKind, Channel, Role
from hpf.engine.lifecycle.states import Event
from hpf.kernel.clock import FixedClock
from hpf.policy.facts import Decision
from hpf.trail import changes
from hpf.web.desk import trail_words as words

TRAIL = f"{HOME}desk/trail/"
ID_NO, PHONE = b.id_no(5), "13812345678"


@pytest.fixture
def auditor(centre: object, clock: FixedClock) -> Client:
    """The auditor, in a city where an agent and a program have done things."""
    personas.city()
    account = personas.account_of(personas.AGENT)
    agent = Actor.agent(70, "陈思远", account.employer_id)
    changes.record(agent, clock.now(), "id.revealed", "case", "SL1", {"row": 3})
    changes.record(
        agent, clock.now(), "uploaded", "submission", ID_NO, {"name": "李晓明", "tel": f"电话{PHONE}", "to": [ID_NO]}
    )
    program = Actor(ActorKind.AGENT, 70, "薪资系统（接口）", Channel.ONLINE, employer_id=account.employer_id)
    changes.record(program, clock.now() - timedelta(days=40), "listing.read", "service", "=cmd", {"rows": 2})
    return staff(Role.AUDITOR, username="audit", name="秦稽核")


def test_the_newest_come_first_with_words(auditor: Client) -> None:
    said = text_of(auditor.get(TRAIL))
    for shown in ("登录后台", "查看完整证件号码", "上传材料", "办件", "SL1", "秦稽核", "杭州E1有限公司", "网上"):
        assert shown in said
    assert "接口查询明细" not in said.split("时间由近到远")[0].split("查询")[-1], "forty days ago"
    assert said.index("登录后台 工作人员账号") < said.index("查看完整证件号码 办件")


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({"who": "秦稽核"}, {"audit"}),
        ({"who": "audit"}, {"audit"}),
        ({"verb": "id.revealed"}, {"SL1"}),
        ({"thing": "case"}, {"SL1"}),
        ({"id": "SL1"}, {"SL1"}),
        ({"id": "SL"}, set()),
        ({"who": "nobody"}, set()),
        ({"verb": "uploaded", "thing": "case"}, set()),
        ({"since": "2026-10-01", "until": "2026-10-20"}, {"=cmd"}),
        ({"since": "2026-11-17", "until": "2026-11-17"}, set()),
    ],
)
def test_conditions_find_what_they_say(auditor: Client, sent: dict[str, str], found: set[str]) -> None:
    page = auditor.get(TRAIL, sent).content.decode()
    shown = set(re.findall(r'class="c-code">([^<]+)</td>', page))
    assert shown == found
    assert ("没有符合条件的留痕" in page) is not bool(found)


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"since": "2026-11-17", "until": "2026-11-16"}, "开始日期不能晚于结束日期"),
        ({"until": "9999-12-31"}, "日期不正确"),
        ({"until": "0001-01-01"}, "日期不正确"),
        ({"since": "2026-10-01"}, "一次最多查询 31 天；指明人员或对象编号时可查 366 天"),
        ({"since": "2025-10-01", "id": "SL1"}, "一次最多查询 366 天"),
        ({"since": "gestern"}, "日期不正确"),
    ],
)
def test_conditions_that_make_no_sense_are_told(auditor: Client, sent: dict[str, str], why: str) -> None:
    answer = auditor.get(TRAIL, sent)
    assert answer.status_code == 422 and why in text_of(answer)
    assert auditor.get(f"{TRAIL}export/", sent)["Location"].startswith(TRAIL)
    assert auditor.get(TRAIL, {"since": "2026-01-01", "id": "SL1"}).status_code == 200


def test_personal_data_is_masked_everywhere(auditor: Client) -> None:
    page = auditor.get(TRAIL, {"verb": "uploaded"}).content.decode()
    address = re.findall(r'href="([^"]*/trail/2026/\d+/)"', page)[0]
    one = auditor.get(address).content.decode()
    file = _file(auditor, verb="uploaded")[1]
    for shown in (page, one, " ".join(file)):
        for secret in (ID_NO, PHONE, "陈思远", "李晓明"):
            assert secret not in shown
    assert words.masked("办件202611161100000001") == "办件202611161100000001", "as long as an id number, and none"
    assert "陈*远" in page and "李*明" in one and f"电话{PHONE[:3]}****{PHONE[-4:]}" in one
    assert "一分钟内入链" in one
    changes.chain_new_entries()
    assert "第 2 条" in text_of(auditor.get(address))
    assert auditor.get(f"{TRAIL}2026/99999999/").status_code == 404


def test_the_next_page_begins_where_the_last_ended(auditor: Client, clock: FixedClock) -> None:
    changes.record_many(Actor.system("batch"), clock.now(), "issued", "document", [(f"YW{n}", {}) for n in range(120)])
    address, seen = f"{TRAIL}?verb=issued", []
    while address:
        page = auditor.get(address).content.decode()
        seen += re.findall(r">(YW\d+)<", page)
        older = re.findall(r'href="(\?[^"]*below=[^"]+)"', page)
        address = TRAIL + older[0].replace("&amp;", "&") if older else ""
    assert seen == [f"YW{n}" for n in reversed(range(120))]
    assert "回到最新" in page


def _file(client: Client, **sent: str) -> list[list[str]]:
    answer: Any = client.get(f"{TRAIL}export/", sent)
    assert answer["Content-Type"] == "text/csv; charset=utf-8" and "attachment" in answer["Content-Disposition"]
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_everything_found_is_a_file_that_starts_no_formula(auditor: Client) -> None:
    head, row = _file(auditor, since="2026-10-01", until="2026-10-20")
    told = dict(zip(head, row, strict=True))
    assert told["对象编号"] == "'=cmd" and told["操作代码"] == "listing.read" and told["单位"] == "杭州E1有限公司"
    assert trail_of("trail.exported") == [{"since": "2026-10-01", "until": "2026-10-20"}]
    assert len(_file(auditor)) == 1 + 5  # the agent's two, the login, both exports


def test_whom_an_export_asked_for_is_masked_in_its_entry(auditor: Client) -> None:
    _file(auditor, who="陈思远", id=ID_NO)
    _file(auditor, id=PHONE)
    first, second = trail_of("trail.exported")
    assert (first["who"], first["id"]) == ("陈*远", words.masked(ID_NO)) and ID_NO not in str(first)
    assert second["id"] == f"{PHONE[:3]}****{PHONE[-4:]}"


def test_the_chain_is_walked_through_on_demand(auditor: Client, drain: Callable[[], int]) -> None:
    assert "尚未核验" in text_of(auditor.get(TRAIL))
    changes.chain_new_entries()
    assert "已开始核验" in text_of(auditor.post(f"{TRAIL}check/", follow=True))
    assert "核验正在进行" in text_of(auditor.post(f"{TRAIL}check/", follow=True))
    drain()
    said = text_of(auditor.get(TRAIL))
    assert "完好" in said and "已核验至 2026-11-16 09:30" in said and "核验于 2026-11-16 09:30" in said


_PLACES = {"record": 2, "record_many": 2, "keep": 2, "_mark": 2, "_apply_checking": 5, "_record": 1, "enter": 3}
"""Which argument of these functions is the verb; the thing stands behind it."""


def _verbs() -> Iterator[tuple[str, str]]:
    """Every verb and thing that the sources spell out."""
    for path in Path(hpf.__file__).parent.rglob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if name in _PLACES:
                at = _PLACES[name]
                verb, thing = (ast.literal_eval(arg) if isinstance(arg, ast.Constant) else "" for arg in
                               [*call.args, *[ast.Constant("")] * 9][at : at + 2])  # fmt: skip
                yield f"case.{verb}" if name == "enter" and verb else verb, thing if name != "_record" else "login"


def test_every_verb_and_thing_of_the_trail_has_words() -> None:
    """A new verb gets its words in web/desk/trail_words.py: the auditor reads Chinese."""
    found = list(_verbs())
    assert len(found) > 40
    assert {verb for verb, _ in found if verb} - set(words.VERBS) == set()
    assert {thing for _, thing in found if isinstance(thing, str) and thing} - set(words.THINGS) == set()
    assert {f"case.{event.name.lower()}" for event in Event} - set(words.VERBS) == set()
    assert {f"amendment_{decision.value}" for decision in Decision} - set(words.VERBS) == set()
    assert {"login_add", "login_reset"} - set(words.VERBS) == set()  # of `hpf staff`
    ends = {f"work.{how}" for how in ("begun", "done", "refused", "left", "cancelled")}
    assert {verb for verb in words.VERBS if verb.startswith("work.")} == ends
