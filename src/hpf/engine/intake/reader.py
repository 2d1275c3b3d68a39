"""Workbook in: refuses what is no ordinary .xlsx, then has it parsed in a child process with limits on memory and time.

Cheap checks come first (kind of file, size, entries and declared size of the archive, macros, links); only then does a
parser see the bytes, and never in this process. Every refusal tells the user what to do.
"""

import json
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from hpf.engine.intake.cells import BadCell, BadKind, Cell

_CHILD = Path(__file__).with_name("reader_child.py")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS = "请在 Excel 或 WPS 中用“另存为”保存成 .xlsx 格式后重新导入"


class WorkbookRefused(Exception):
    """The file as a whole cannot be imported; `kind` is a short code, the message is for the user."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        super().__init__(text)


@dataclass(frozen=True)
class ReadLimits:
    """Most that a workbook may be. `rows` counts filled rows, the head included; the centre's policy sets it."""

    rows: int = 200_100
    columns: int = 60
    cell_characters: int = 500
    file_bytes: int = 20 << 20
    unzipped_bytes: int = 300 << 20
    zip_entries: int = 300
    memory_bytes: int = 768 << 20
    cpu_seconds: int = 20
    wall_seconds: int = 30


DEFAULT_LIMITS = ReadLimits()


@dataclass(frozen=True)
class Workbook:
    """The first visible sheet of a file: `stamp` as our template carries it (None without), rows as (number, cells).

    `last_row` is the number of the last row, filled or not. Row numbers count from 1 as the user sees them; rows
    without any content are left out. `rows` can be read once, within the `with` of `read_workbook`, and raises
    WorkbookRefused when a row is too wide or the child dies half-way.
    """

    stamp: dict[str, str] | None
    last_row: int
    rows: Iterator[tuple[int, list[Cell]]]


@contextmanager
def read_workbook(source: Path | bytes, limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[Workbook]:
    """Opens a workbook for reading: `with read_workbook(upload) as book`. Raises WorkbookRefused."""
    with _spooled(source) as file:
        _check(file, limits)
        file.seek(0)
        numbers = (limits.memory_bytes, limits.cpu_seconds, limits.rows, limits.columns, limits.cell_characters)
        with subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", str(_CHILD), *map(str, numbers)],
            stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/",
        ) as child:  # fmt: skip
            # Only up to the first line: afterwards the child waits for us as long as we like, within its CPU limit.
            timer = threading.Timer(limits.wall_seconds, child.kill)
            timer.start()
            try:
                lines = _lines(child, limits)
                first = next(lines)
                timer.cancel()
                yield Workbook(first["stamp"], first["rows"], _rows(lines))
            finally:
                timer.cancel()
                child.kill()


def unpacked_size(source: Path | bytes, limits: ReadLimits = DEFAULT_LIMITS) -> int:
    """What the file says it holds, in bytes, after the checks that need no parser. Raises WorkbookRefused."""
    with _spooled(source) as file:
        return _check(file, limits)


@contextmanager
def _spooled(source: Path | bytes) -> Iterator[IO[bytes]]:
    """The workbook as an open file, which becomes the child's standard input."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file
    else:
        with tempfile.TemporaryFile() as file:
            file.write(source)
            yield file


def _lines(child: "subprocess.Popen[bytes]", limits: ReadLimits) -> Iterator[Any]:
    """What the child says, line by line; its errors and its death become refusals."""
    assert child.stdout is not None
    for line in child.stdout:
        value = json.loads(line, parse_float=Decimal, object_hook=_revive)
        if isinstance(value, dict) and "error" in value:
            raise _refusal(value["error"], limits)
        yield value
    if child.wait() != 0:
        raise _refusal("too-big", limits)


def _rows(lines: Iterator[Any]) -> Iterator[tuple[int, list[Cell]]]:
    return ((number, cells) for batch in lines for number, cells in batch)


def _revive(value: dict[str, Any]) -> Any:
    """The cells that JSON has no value for."""
    if "bad" in value:
        return BadCell(BadKind(value["bad"]), value["text"])
    if "date" in value:
        return date.fromisoformat(value["date"])
    if "at" in value:
        return datetime.fromisoformat(value["at"])
    return value


def _check(file: IO[bytes], limits: ReadLimits) -> int:
    """Everything that can be seen without parsing a sheet; the bytes it unpacks to. Raises WorkbookRefused."""
    size = file.seek(0, 2)
    file.seek(0)
    start = file.read(8)
    if not size:
        raise _refusal("empty", limits)
    if size > limits.file_bytes:
        raise _refusal("file-too-big", limits)
    if start == _OLE:
        file.seek(0)
        raise _refusal("password" if _ENCRYPTED in file.read() else "old-format", limits)
    if start[:4] != b"PK\x03\x04":
        raise _refusal("wrong-type", limits)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise _refusal("damaged", limits) from None
    names = [entry.filename for entry in entries]
    if "xl/workbook.xml" not in names:
        raise _refusal("old-format" if "xl/workbook.bin" in names else "wrong-type", limits)
    if any("vbaproject" in name.lower() for name in names):
        raise _refusal("macros", limits)
    if any(name.startswith("xl/externalLinks/") for name in names):
        raise _refusal("links", limits)
    if any(entry.flag_bits & 1 for entry in entries) or len(set(names)) < len(names):
        raise _refusal("damaged", limits)
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > limits.zip_entries or unpacked > limits.unzipped_bytes:
        raise _refusal("too-big", limits)
    return unpacked


def _refusal(kind: str, limits: ReadLimits) -> WorkbookRefused:
    """The refusal of this kind with its text."""
    texts = {
        "empty": "文件是空的（0 字节），请重新保存后导入",
        "file-too-big": f"文件超过 {limits.file_bytes >> 20} MB，请拆分为多个文件后分别导入",
        "password": "文件有密码，无法读取。请在 Excel 中取消“打开密码”后重新保存并导入",
        "old-format": f"不支持旧版或二进制格式（.xls、.xlsb）。{_SAVE_AS}",
        "wrong-type": f"不是 Excel 工作簿（.xlsx）。请使用本页下载的模板填写；如为其他格式，{_SAVE_AS}",
        "damaged": "文件已损坏或不完整，无法读取。请重新打开并保存后再导入；如仍不行，请下载最新模板重新填写",
        "macros": f"文件含有宏，不能导入。{_SAVE_AS}（不含宏）",
        "links": f"文件含有指向其他工作簿的链接，不能导入。请把相关内容“粘贴为数值”、断开链接，{_SAVE_AS}",
        "no-sheet": "文件中没有可见的工作表，请下载最新模板重新填写",
        "too-big": "文件内容过大或异常，无法读取。请下载最新模板，用“粘贴数值”填入数据后再导入；数据多时请拆分文件",
        "too-many-rows": f"数据超过 {limits.rows:,} 行，请拆分为多个文件后分别导入",
        "too-many-columns": f"工作表超过 {limits.columns} 列，请使用本页下载的模板，不要添加其他列",
    }
    return WorkbookRefused(kind, texts[kind])
