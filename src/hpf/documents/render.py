"""Turns document data into PDF with Typst. Data travel as JSON, never as markup, so no typed text can become a command.

The compiler is made once per process and template (a slip then takes some 10 ms). Typst keeps its last compilations in
memory, so long lists are made in a child process that ends with the list.
"""

import json
import subprocess
import sys
import threading
from dataclasses import asdict
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

import typst

from hpf.documents.facts import DocumentData, Imprint, RosterData, SlipData
from hpf.documents.fonts import MONO, MissingGlyphs, missing_glyphs, typefaces
from hpf.documents.qr import qr_svg
from hpf.documents.roster import laid_out
from hpf.documents.seal import seal_svg

_TEMPLATES = Path(__file__).parent / "templates"


_ROWS_IN_PROCESS = 400
_CHILD_SECONDS = 120
_one_at_a_time = threading.Lock()  # a compiler refuses a second thread ("Already borrowed")


class RenderFailed(RuntimeError):
    """The child process that renders long lists ended without a document; the message is its last words."""


def slip_pdf(data: SlipData, imprint: Imprint) -> bytes:
    """One page A4. Raises MissingGlyphs before anything is printed when a character has no glyph."""
    values = {**asdict(data), **_imprint(data, imprint)}
    return _compile("slip.typ", values, imprint.printed_at, tags=True)


def roster_pdf(data: RosterData, imprint: Imprint) -> bytes:
    """A list over as many landscape pages as it needs. Raises MissingGlyphs as `slip_pdf` does, and RenderFailed."""
    values = {**asdict(data), **_imprint(data, imprint), **laid_out(data)}
    del values["rows"]
    compile_ = _compile if len(data.rows) <= _ROWS_IN_PROCESS else _compile_apart
    return compile_("roster.typ", values, imprint.printed_at, tags=False)


def pdf(data: DocumentData, imprint: Imprint) -> bytes:
    """The PDF of either kind of data."""
    return slip_pdf(data, imprint) if isinstance(data, SlipData) else roster_pdf(data, imprint)


def _compile(template: str, values: dict[str, Any], at: datetime, *, tags: bool) -> bytes:
    offset = at.utcoffset()
    if offset is None:
        raise ValueError("the time of printing must be aware")
    inputs = {"data": json.dumps(values, ensure_ascii=False)}
    stamp = at.astimezone(timezone(offset)).replace(microsecond=0)  # Typst takes fixed offsets and whole seconds only
    with _one_at_a_time:
        out = _compiler(template).compile(sys_inputs=inputs, format="pdf", timestamp=stamp, pdf_tags=tags)
    assert isinstance(out, bytes)
    return out


def _compile_apart(template: str, values: dict[str, Any], at: datetime, *, tags: bool) -> bytes:
    """The same in a process of its own, whose memory goes with it."""
    order = json.dumps({"template": template, "values": values, "at": at.isoformat(), "tags": tags})
    command = [sys.executable, "-m", "hpf.documents.render"]
    child = subprocess.run(command, input=order.encode(), capture_output=True, timeout=_CHILD_SECONDS, check=False)
    if child.returncode != 0:
        raise RenderFailed(child.stderr.decode(errors="replace")[-2000:])
    return child.stdout


@cache
def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(input=_TEMPLATES / template, root=_TEMPLATES, font_paths=typefaces().book)


def _imprint(data: DocumentData, imprint: Imprint) -> dict[str, Any]:
    """What every template needs besides its data, after a look whether all of it can be drawn."""
    if missing := missing_glyphs(json.dumps([asdict(data), imprint.no], ensure_ascii=False)):
        raise MissingGlyphs(missing)
    faces, at = typefaces(), imprint.printed_at
    return {
        "no": imprint.no,
        "code": imprint.grouped_code,
        "printed_day": f"{at.year}年{at.month}月{at.day}日",
        "printed_time": f"{at:%Y-%m-%d %H:%M:%S}",
        "qr": qr_svg(imprint.verify_url),
        "verify_at": imprint.verify_url.removesuffix(imprint.code),
        "seal": seal_svg(data.centre),
        "fonts": {"serif": faces.serif, "sans": faces.sans, "mono": MONO},
    }


def _main() -> None:
    """The child's whole life: one order in, one document out."""
    order = json.load(sys.stdin.buffer)
    at = datetime.fromisoformat(order["at"])
    sys.stdout.buffer.write(_compile(order["template"], order["values"], at, tags=order["tags"]))


if __name__ == "__main__":
    _main()
