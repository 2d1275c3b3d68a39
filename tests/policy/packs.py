"""Packs to try things on: copies of the shipped ones with some words replaced."""

import shutil
from pathlib import Path

from hpf.policy.book import PACKS, Rules, read

MONTH_FILE, AMOUNTS_FILE = "hangzhou/calendar.yaml", "hangzhou/amounts.yaml"


def edited(folder: Path, file: str, *changes: tuple[str, str]) -> Rules:
    """The rules of Hangzhou read from `folder`, with words (which must be there) replaced in one pack file."""
    shutil.copytree(PACKS, folder, dirs_exist_ok=True)
    path = folder / file
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text, f"{file} does not hold {old!r}"
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return Rules(read("hangzhou", (folder / "common", folder / "hangzhou")))
