"""A filled opening workbook to try: people who come new to the city, and among them every kind of mistake."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import cycle
from random import Random
from typing import IO

from hpf.engine.catalogue import item_of
from hpf.engine.declare import ItemRules
from hpf.engine.execute.facts import Judging
from hpf.engine.intake import workbooks
from hpf.kernel.identity import IdType
from hpf.parties import readers
from hpf.parties.facts import OpenKind
from hpf.policy.readers import current_rules
from hpf.site.demo_city.citizens import NEWCOMER_SERIALS, Citizens
from hpf.site.demo_city.notables import NOTABLES, SEALED_ELSEWHERE
from hpf.site.demo_city.world import read_world

Cells = dict[str, str]
"""The texts of one row by the keys of the item's columns."""

NUMBER_IN_ID = "id stored as a number"

_NORMAL = [one for one in NOTABLES if one.sealed is None and one.id_type is IdType.RESIDENT and len(one.name) <= 3]


def _too_long(cells: Cells, _: Cells) -> None:
    cells["name"] = "古丽巴哈尔阿不都热西提"


def _illegal_sign(cells: Cells, _: Cells) -> None:
    cells["name"] = cells["name"][0] + "3" + cells["name"][1:]


def _bad_check_digit(cells: Cells, _: Cells) -> None:
    cells["id_no"] = cells["id_no"][:17] + ("0" if cells["id_no"][17] != "0" else "1")


def _same(cells: Cells, _: Cells) -> None:
    """The number stays right; `write_roster` stores it as a spreadsheet does that was not told it is a text."""


def _double(cells: Cells, before: Cells) -> None:
    cells.update(name=before["name"], id_type=before["id_type"], id_no=before["id_no"])


def _zero_wage(cells: Cells, _: Cells) -> None:
    cells["wage"] = "0"


def _three_decimals(cells: Cells, _: Cells) -> None:
    cells["wage"] = "8000.125"


def _bad_phone(cells: Cells, _: Cells) -> None:
    cells["phone"] = "1990000"


def _unknown_paper(cells: Cells, _: Cells) -> None:
    cells["id_type"] = "户口簿"


MISTAKES: Mapping[str, Callable[[Cells, Cells], None]] = {
    "name of 11 characters": _too_long,
    "digit in the name": _illegal_sign,
    "wrong check digit": _bad_check_digit,
    NUMBER_IN_ID: _same,
    "the same person twice": _double,
    "wage 0": _zero_wage,
    "three decimals": _three_decimals,
    "wrong phone": _bad_phone,
    "unknown paper": _unknown_paper,
}
"""What can be wrong with a row by itself, or with it and the good row before it."""

NORMAL_ELSEWHERE = "normal elsewhere"
OTHER_NAME = "another name than the register's"


class UnknownEmployer(Exception):
    """No employer of the demo world has this code and an account."""


def demo_rows(rows: int, bad: int, seed: int, today: date, employer: str) -> Iterator[tuple[Cells, str]]:
    """`rows` rows, `bad` of them (spread evenly) with a mistake; its kind stands beside the cells, "" for a good row.

    Good rows are people nobody knows; from ten of them on, the first is somebody sealed elsewhere (调入). Another seed
    gives other people. `employer` is the code of the demo employer that opens. Raises ValueError for bad ≥ rows.
    """
    if not 0 <= bad < rows:
        raise ValueError("there has to be a good row, and no fewer than no bad ones")
    draw = Random(seed)
    citizens = Citizens(draw, NEWCOMER_SERIALS, 30_000_000 + seed % 60 * 1_000_000, today)
    kinds = cycle([*MISTAKES, NORMAL_ELSEWHERE, OTHER_NAME])
    known = cycle([one for one in _NORMAL if one.at != employer])
    renamed = cycle(SEALED_ELSEWHERE)
    before: Cells = {}
    for number in range(rows):
        cells = _good(citizens, draw, number)
        if number == 0 and rows - bad >= 10:
            here = SEALED_ELSEWHERE[seed % len(SEALED_ELSEWHERE)]
            cells |= {"name": here.name, "id_no": here.id_no}
        kind = next(kinds) if (number + 1) * bad // rows > number * bad // rows else ""
        if kind in MISTAKES:
            MISTAKES[kind](cells, before)
        elif kind == NORMAL_ELSEWHERE:
            one = next(known)
            cells |= {"name": one.name, "id_no": one.id_no}
        elif kind == OTHER_NAME:
            cells["id_no"] = next(renamed).id_no
        else:
            before = cells
        yield cells, kind


def write_roster(out: IO[bytes], employer: str, rows: int, bad: int, seed: int, today: date) -> None:
    """The opening item's template of that demo employer, filled; inside the centre. Raises UnknownEmployer."""
    code = next((one.credit_code for one in read_world().employers if one.code == employer), "")
    accounts = readers.employer_accounts_of_credit_code(code)
    if not accounts:
        raise UnknownEmployer(f"no employer {employer} with an account in the demo")
    rules = current_rules()
    item_rules = ItemRules(rules, today, rules.calendar.business_month(today))
    judging = Judging(item_of("account.opening"), accounts[0], item_rules)
    filled = list(demo_rows(rows, bad, seed, today, employer))
    made = io.BytesIO()
    workbooks.template(judging, made, [{"no": str(n), **cells} for n, (cells, _) in enumerate(filled, start=1)])
    _store_as_numbers(made, out, {cells["id_no"] for cells, kind in filled if kind == NUMBER_IN_ID})


def _good(citizens: Citizens, draw: Random, number: int) -> Cells:
    citizen, wage = citizens.one(), citizens.wage()
    return {
        "name": citizen.name,
        "id_type": IdType.RESIDENT.label,
        "id_no": citizen.id_no,
        "arrival": draw.choice((OpenKind.FIRST_JOB, OpenKind.TRANSFER)).label,
        "wage": wage.plain,
        "phone": citizen.mobile,
        "sms": "是" if citizen.mobile and number % 2 else "否",
    }


def _store_as_numbers(made: IO[bytes], out: IO[bytes], texts: set[str]) -> None:
    """Copy a workbook, turning these texts into numbers of 15 digits, as a spreadsheet does to what is no text."""
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if texts and entry.filename.startswith("xl/worksheets/sheet"):
                cell = re.compile(rf' t="inlineStr"><is><t>({"|".join(texts)})</t></is></c>')
                content = cell.sub(_number, content.decode()).encode()
            target.writestr(entry, content)


def _number(found: re.Match[str]) -> str:
    digits = found[1].replace("X", "0")
    return f"><v>{digits[:15]}{'0' * (len(digits) - 15)}</v></c>"
