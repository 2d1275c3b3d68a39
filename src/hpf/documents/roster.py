"""Prepares a long list for printing: column widths, and the few cells that need smaller type than their column.

The template sets each column of a page as one block of text, a line per row, which costs a sixth of the time and memory
of a table of cells. A line that wrapped would push all lines below it out of step, so cells that may not fit are taken
out here and set by themselves, smaller and on several lines.
"""

import math
import unicodedata
from typing import Any

from hpf.documents.facts import RosterColumn, RosterData

PAGE_MM = 273.0
ROW_MM = 5.6
_PADDING_MM = 2.8
_POINT_MM = 0.3528
_SIZE = 8.5
_SMALLER = (6.8, 6.0, 5.2, 4.4)
_BLANK = "\u00a0"


def laid_out(data: RosterData) -> dict[str, Any]:
    """`widths` in mm, `cells` row by row with unbreakable blanks where nothing is set, `apart` the cells set alone."""
    widths = column_widths(data.columns)
    room = [width - _PADDING_MM for width in widths]
    cells, apart = [], []
    for number, row in enumerate(data.rows):
        line = []
        for column, raw in enumerate(row):
            text = " ".join(raw.split())
            if _width(text, _SIZE) > room[column]:
                size, text = _shrunk(text, room[column])
                apart.append({"row": number, "column": column, "text": text, "size": size})
                text = ""
            line.append(text or _BLANK)
        cells.append(line)
    return {"widths": widths, "cells": cells, "apart": apart, "row_height": ROW_MM, "page_width": PAGE_MM}


def column_widths(columns: tuple[RosterColumn, ...]) -> list[float]:
    """The columns' widths in mm; together the width of the page."""
    total = sum(column.width for column in columns)
    return [column.width / total * PAGE_MM for column in columns]


def _shrunk(text: str, room: float) -> tuple[float, str]:
    """The largest size at which the text fits its place on several lines; cut with … below the smallest."""
    for size in _SMALLER:
        if _width(text, size) <= room * 0.94 * _lines(size):
            return size, text
    while _width(text, size) > room * 0.94 * _lines(size):
        text = text[: math.floor(len(text) * 0.9)]
    return size, text[:-1] + "…"


def _lines(size: float) -> int:
    return max(1, int((ROW_MM - 0.4) / (size * _POINT_MM * 1.12)))


def _width(text: str, size: float) -> float:
    """An upper estimate of a text's width in mm: a full em for Chinese, part of one for Latin letters and digits."""
    return sum(_em(character) for character in text) * size * _POINT_MM


def _em(character: str) -> float:
    if character.isascii():
        return 0.72 if character.isupper() else 0.58
    return 1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.7
