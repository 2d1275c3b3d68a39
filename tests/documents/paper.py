"""Reads the QR code off a printed page, as a camera would see it."""

import shutil
import subprocess
from pathlib import Path

import pytest
import segno

Modules = list[list[bool]]


def qr_of(text: str) -> Modules:
    """The dark and light modules of a text's code."""
    return [[bool(module) for module in row] for row in segno.make(text, error="m", micro=False).matrix]


def printed_qr(content: bytes, directory: Path) -> Modules:
    """The modules of the only pure black on the first page of a PDF; how many there are is seen from the first row."""
    if shutil.which("pdftoppm") is None:
        pytest.skip("not run: pdftoppm (poppler-utils) is not installed")
    (directory / "page.pdf").write_bytes(content)
    subprocess.run(["pdftoppm", "-r", "300", "-gray", "-l", "1", "page.pdf", "page"], cwd=directory, check=True)
    (picture,) = directory.glob("page*.pgm")
    _, size, _, pixels = picture.read_bytes().split(b"\n", 3)
    width = int(size.split()[0])
    black = [divmod(at, width) for at, shade in enumerate(pixels) if shade < 3]  # all other ink is lighter
    top, left = min(y for y, _ in black), min(x for _, x in black)
    side = max(y for y, _ in black) - top + 1
    corner = next(x for x in range(side) if pixels[(top + 2) * width + left + x] >= 128)  # seven modules wide
    count = round(side / corner * 7)
    step = side / count
    return [
        [pixels[int(top + (y + 0.5) * step) * width + int(left + (x + 0.5) * step)] < 128 for x in range(count)]
        for y in range(count)
    ]
