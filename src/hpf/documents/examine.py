"""Examines an uploaded PDF: refuses what is none or could do harm, and finds out what its signature is worth.

Only a look at its first bytes happens in this process; the rest is the child's (examine_child.py), within limits on
memory and time, as with uploaded workbooks. At most two children run at a time, however many visitors there are.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from hpf.documents.facts import PdfRefused

_CHILD = Path(__file__).with_name("examine_child.py")
_LOCK = 0x706466  # first key of the advisory locks that stand for the children
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


@dataclass(frozen=True)
class ExamineLimits:
    """Most that an upload may be and take."""

    file_bytes: int = 10 << 20
    objects: int = 500_000
    memory_bytes: int = 768 << 20
    cpu_seconds: int = 10
    wall_seconds: int = 20
    at_a_time: int = 2


LIMITS = ExamineLimits()


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
    with transaction.atomic():
        _take_turn(limits)
        answer = _child(content, trusted, limits)
    if "error" in answer:
        raise refusal(answer["error"])
    return Signature(**answer["signature"]) if answer["signature"] else None


def refusal(kind: str) -> PdfRefused:
    """The refusal of this kind with its text."""
    return PdfRefused(kind, _TEXTS[kind])


def _take_turn(limits: ExamineLimits) -> None:
    """One of the places for children, until the end of the transaction. Raises PdfRefused when all are taken."""
    with connection.cursor() as cursor:
        for place in range(limits.at_a_time):
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, place])
            if cursor.fetchone()[0]:
                return
    raise refusal("busy")


def _child(content: bytes, trusted: Iterable[bytes], limits: ExamineLimits) -> dict[str, Any]:
    """What the child says; its death is an answer too."""
    numbers = (limits.memory_bytes, limits.cpu_seconds, limits.objects)
    words = [*map(str, numbers), *(certificate.hex() for certificate in trusted)]
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
