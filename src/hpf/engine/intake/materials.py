"""Uploaded papers against the centre's list: what is missing, and files that belong to one row each by their name.

A material with `row_file` is handed in once per row: the file of a row is found by its name (HH-3.4-18, -21, -22).
Letters count the same in either case, so .JPG and a small x in an id number are right (F-80).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hpf.documents import readers as documents
from hpf.documents.facts import Material as Uploaded
from hpf.documents.facts import MaterialLimits, MaterialRefused
from hpf.engine.intake.drafts import Desk
from hpf.engine.readers import draft_rows
from hpf.kernel.refusal import Reason, Refusal, Refused
from hpf.kernel.text import clean
from hpf.policy.parameters import DayRules, Material

MATERIALS_OF = "submission"
"""Owner kind of uploaded materials: the submission key names them before and after there is a case."""

Rows = Iterable[Mapping[str, Any]]
"""The texts of a list's rows, to be gone through several times; read only where a material asks for a file of each."""


@dataclass(frozen=True, slots=True)
class DraftRows:
    """The rows of a draft, read when they are asked for."""

    draft_id: int

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        """Their texts, in their order."""
        return (row.data for row in draft_rows(self.draft_id))


class MaterialRefusals(Refusal):
    """Why the papers are not complete."""

    MATERIAL_MISSING = Reason("缺少材料：{name}", None, "请返回上传材料页面上传")
    ROW_FILE_MISSING = Reason("缺少{who}的{name}", None, "请上传文件“{file}”")
    FILE_OF_NOBODY = Reason(
        "{name}“{file}”的文件名与清册中的证件号码不符", None, "请删除该文件，或更正文件名后重新上传"
    )


class FileState(StrEnum):
    """How the file of one row stands."""

    MATCHED = "已匹配"
    MISSING = "缺少"
    MISNAMED = "文件名不符"


@dataclass(frozen=True, slots=True)
class RowFile:
    """A row and the file it needs, or a file that belongs to no row (then `who` and `id_no` are empty)."""

    who: str
    id_no: str
    wanted: str
    state: FileState
    uploaded: Uploaded | None


def check_name(rows: Rows, material: Material, file_name: str) -> None:
    """Lets a file through whose name is that of a row; other materials take any. Raises MaterialRefused (HH-3.4-22)."""
    if not material.row_file:
        return
    named = clean(file_name)
    if named.casefold() in _wanted(rows, material):
        return
    example = material.row_file.format(id_no="身份证号")
    raise MaterialRefused(
        f"文件名“{named}”与清册中的证件号码不符，请将文件命名为“{example}”（清册中职工的证件号码）后重新上传"
    )


def limits_of(today: DayRules, material: Material, rows: int) -> MaterialLimits:
    """What may be uploaded for a material: of a row's own file the type that its name says, and one for each row."""
    kinds, most = today.upload_types, today.upload_max_files
    if material.row_file:
        kinds, most = (material.row_file.rpartition(".")[2],), rows
    types = frozenset(_type(kind) for kind in kinds)
    return MaterialLimits(types, today.upload_max_bytes, max_files=most, by_file_name=bool(material.row_file))


def row_files(material: Material, rows: Rows, uploaded: Sequence[Uploaded]) -> list[RowFile]:
    """The rows in their order with their files, then the files that belong to no row."""
    files = {one.file_name.casefold(): one for one in uploaded if one.name == material.name}
    found = []
    for wanted, row in _wanted(rows, material).items():
        file = files.pop(wanted, None)
        state = FileState.MATCHED if file else FileState.MISSING
        id_no = str(row.get("id_no", ""))
        found.append(RowFile(str(row.get("name", "")), id_no, material.row_file.format(id_no=id_no), state, file))
    return [*found, *(RowFile("", "", "", FileState.MISNAMED, file) for file in files.values())]


def missing_materials(desk: Desk, submit_key: str, rows: Rows) -> list[Refused]:
    """What keeps the papers from being complete: nothing uploaded for a required material, or not for every row.

    The value of each refusal is the name of its material.
    """
    wanted = desk.judging.rules.today.materials(desk.judging.item.code)
    if not wanted:
        return []
    uploaded = documents.materials_of(MATERIALS_OF, submit_key)
    return [refused for material in wanted for refused in _missing(material, rows, uploaded)]


def _missing(material: Material, rows: Rows, uploaded: Sequence[Uploaded]) -> Iterator[Refused]:
    if not material.row_file:
        if material.required and all(one.name != material.name for one in uploaded):
            yield MaterialRefusals.MATERIAL_MISSING.refuse(value=material.name, name=material.name)
        return
    for one in row_files(material, rows, uploaded):
        if one.state is FileState.MISSING and material.required:
            yield MaterialRefusals.ROW_FILE_MISSING.refuse(
                value=material.name, who=one.who, name=material.name, file=one.wanted
            )
        elif one.state is FileState.MISNAMED and one.uploaded is not None:
            yield MaterialRefusals.FILE_OF_NOBODY.refuse(
                value=material.name, name=material.name, file=one.uploaded.file_name
            )


def _wanted(rows: Rows, material: Material) -> dict[str, Mapping[str, Any]]:
    """The rows by the name of their file, as names are compared."""
    return {material.row_file.format(id_no=clean(str(row.get("id_no", "")))).casefold(): row for row in rows}


def _type(ending: str) -> str:
    return "jpg" if ending == "jpeg" else ending
