"""Examines an uploaded PDF: refuses what is none or could do harm, and finds out what its signature is worth.

Only a look at its first bytes happens in this process; the rest is the child's (examine_child.py), within limits on
memory and time, as with uploaded workbooks. At most two children run at a time for visitors, and two for those who
hand in materials, however many there are.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from hpf.documents.facts import MaterialRefused, PdfRefused

_CHILD = Path(__file__).with_name("examine_child.py")
_LOCK = 0x706466  # first keys of the advisory locks that stand for the children: of visitors, and of materials
_MATERIALS_LOCK = 0x706467
_USE_CODE = "请改用凭证上的验证码核验"
_TEXTS = {
    "empty": "文件是空的（0 字节），请重新选择文件",
    "too-big": f"文件超过 10 MB 或内容异常，无法核验。{_USE_CODE}",
    "wrong-type": f"不是 PDF 文件。请上传从网上服务大厅下载的原件；打印件、截图和扫描件{_USE_CODE}",
    "encrypted": f"文件有密码，不是本中心出具的原件：本中心出具的凭证都不设密码。{_USE_CODE}",
    "active": f"文件含有脚本，不是本中心出具的原件，为安全起见未作核验。请勿打开来历不明的文件，{_USE_CODE}",
    "damaged": f"文件已损坏、不完整或被改动，无法读取。请重新下载原件后再试；仍不行的，{_USE_CODE}",
    "busy": "正在核验的文件较多，请稍后再试",
}
_SCAN_ANEW = "请重新扫描为 PDF 或图片（jpg、png）后上传"
_MATERIAL_TEXTS = {
    "too-big": f"PDF 内容异常或过于复杂，无法检查。{_SCAN_ANEW}",
    "encrypted": f"PDF 有密码，审核人员无法打开。请取消密码后上传，或{_SCAN_ANEW.removeprefix('请')}",
    "active": f"PDF 含有脚本、会启动程序的动作或动态表单，不能上传。{_SCAN_ANEW}",
    "attachment": f"PDF 中夹带了其他文件，不能上传。请把需要的材料分别上传，或{_SCAN_ANEW.removeprefix('请')}",
    "damaged": f"PDF 已损坏或不完整，无法打开。{_SCAN_ANEW}",
    "busy": "正在检查的文件较多，请稍后重新上传",
}


@dataclass(frozen=True)
class ExamineLimits:
    """Most that an upload may be and take."""

    file_bytes: int = 10 << 20
    objects: int = 500_000
    memory_bytes: int = 768 << 20
    cpu_seconds: int = 10
    wall_seconds: int = 20
    at_a_time: int = 2
    patience: float = 0
    """Seconds to wait for one's turn."""


LIMITS = ExamineLimits()
MATERIAL_LIMITS = ExamineLimits(patience=15)


@dataclass(frozen=True)
class Signature:
    """The first signature of a file.

    `certificate` is its SHA-256 and `holder` whom it names, both empty when there is none to be read; `trusted`: it
    leads to a certificate we trust; `good`: that, and the signed bytes are unchanged; `whole`: nothing but the signed
    bytes is there, and no other signature; `end`: how many bytes the document had when it was signed.
    """

    certificate: str
    holder: str
    trusted: bool
    good: bool
    whole: bool
    end: int


def examine(content: bytes, trusted: Iterable[bytes], limits: ExamineLimits = LIMITS) -> Signature | None:
    """The signature of a PDF, None when it has none; `trusted` are certificates (DER). Raises PdfRefused."""
    if not content:
        raise refusal("empty")
    if len(content) > limits.file_bytes:
        raise refusal("too-big")
    if not content.startswith(b"%PDF-"):
        raise refusal("wrong-type")
    answer = _answer(content, ["signature", *(one.hex() for one in trusted)], _LOCK, limits)
    if "error" in answer:
        raise refusal(answer["error"])
    return Signature(**answer["signature"]) if answer["signature"] else None


def check_harmless(content: bytes, limits: ExamineLimits = MATERIAL_LIMITS) -> None:
    """Refuses a PDF that a colleague must not open or cannot: with a script, a program to start, a file inside, a
    password, or damaged. Its size is for the caller to judge. Raises MaterialRefused.
    """
    answer = _answer(content, ["harmless"], _MATERIALS_LOCK, limits)
    if "error" in answer:
        raise MaterialRefused(_MATERIAL_TEXTS[answer["error"]])


def refusal(kind: str) -> PdfRefused:
    """The refusal of this kind with its text."""
    return PdfRefused(kind, _TEXTS[kind])


def _answer(content: bytes, task: Sequence[str], lock: int, limits: ExamineLimits) -> dict[str, Any]:
    """What a child says of the content, when there is room for one; `error` names the kind of a refusal."""
    with transaction.atomic():
        return _child(content, task, limits) if _take_turn(lock, limits) else {"error": "busy"}


def _take_turn(lock: int, limits: ExamineLimits) -> bool:
    """One of the places for children, until the end of the transaction; False when all stay taken."""
    end = time.monotonic() + limits.patience
    while True:
        with connection.cursor() as cursor:
            for place in range(limits.at_a_time):
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [lock, place])
                if cursor.fetchone()[0]:
                    return True
        if time.monotonic() >= end:
            return False
        time.sleep(0.05)


def _child(content: bytes, task: Sequence[str], limits: ExamineLimits) -> dict[str, Any]:
    """What the child says; its death is an answer too."""
    words = [*map(str, (limits.memory_bytes, limits.cpu_seconds, limits.objects)), *task]
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        try:
            child = subprocess.run(
                [sys.executable, "-I", "-B", "-X", "utf8", str(_CHILD), *words], stdin=file, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, env={}, cwd="/", timeout=limits.wall_seconds, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return {"error": "too-big"}
    if child.returncode != 0:
        return {"error": "too-big" if child.returncode < 0 else "damaged"}
    answer: dict[str, Any] = json.loads(child.stdout)
    return answer
