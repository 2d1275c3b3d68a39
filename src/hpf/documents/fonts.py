"""Finds the typefaces that documents are set in, and tells before printing which characters they lack.

A missing glyph prints as an empty box without any warning, and names such as 王䶮 or 𠮷田 are in daily use; so names
are checked against the fonts' own character maps when they are entered and again when a document is made.

Fonts are looked for in HPF_FONTS (folders, separated like PATH), where Debian and Fedora keep Noto CJK and HanaMin, and
among the npm packages @expo-google-fonts/noto-*-sc, which set-up uses where it may not install system packages.
"""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

MONO = "DejaVu Sans Mono"  # carried by Typst itself
_SERIF = ("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC")
_SANS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC")
_RARE = ("HanaMinA", "HanaMinB")
_FOLDERS = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/truetype/hanazono",
    "/usr/share/fonts/google-noto-serif-cjk-fonts",
    "/usr/share/fonts/google-noto-sans-cjk-fonts",
    "/usr/share/fonts/noto-cjk",
)
_NPM = Path(__file__).resolve().parents[3] / "node_modules" / "@expo-google-fonts"


class FontsMissing(RuntimeError):
    """No Chinese typeface was found; the text says what to install."""


class MissingGlyphs(ValueError):
    """A text holds characters that no font here can draw; `.characters` lists them, the message is for the user."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        super().__init__(f"打印字库缺少以下字，无法出具文件：{'、'.join(characters)}。请联系中心补充字库后重新打印。")


@dataclass(frozen=True)
class Typefaces:
    """The fonts in use: the loaded book for Typst and the names by role, rare characters last in `serif` and `sans`."""

    book: typst.Fonts
    serif: tuple[str, ...]
    sans: tuple[str, ...]


@dataclass(frozen=True)
class FontStatus:
    """What set-up and the health page show: `usable` for printing at all, `rare` for all of Extension B."""

    usable: bool
    rare: bool
    text: str


@cache
def typefaces() -> Typefaces:
    """The fonts of this machine, found once. Raises FontsMissing where there is no Chinese serif and sans face."""
    book = typst.Fonts(include_system_fonts=False, font_paths=_folders())
    present = set(book.families())
    serif = next((name for name in _SERIF if name in present), None)
    sans = next((name for name in _SANS if name in present), None)
    if serif is None or sans is None:
        raise FontsMissing(
            "未找到中文字体。请安装 fonts-noto-cjk 与 fonts-hanazono，或用 npm 安装 @expo-google-fonts/noto-serif-sc "
            "和 @expo-google-fonts/noto-sans-sc，或用环境变量 HPF_FONTS 指明字体所在目录。"
        )
    rare = tuple(name for name in _RARE if name in present)
    return Typefaces(book, (serif, *rare), (sans, *rare))


def font_status() -> FontStatus:
    """Whether documents can be printed here, in words for set-up; never raises."""
    try:
        faces = typefaces()
    except FontsMissing as problem:
        return FontStatus(usable=False, rare=False, text=str(problem))
    rare = len(faces.serif) > 1
    more = "" if rare else "；未找到 HanaMin，部分生僻字将无法打印（安装 fonts-hanazono）"
    return FontStatus(usable=True, rare=rare, text=f"中文字体：{faces.serif[0]}、{faces.sans[0]}{more}")


def missing_glyphs(text: str) -> str:
    """The characters of `text` that cannot be drawn, each once, in order; empty when all can."""
    drawable = _drawable()
    return "".join(dict.fromkeys(c for c in text if ord(c) not in drawable and not c.isspace()))


def outline_font() -> TTFont:
    """The bold serif face for drawing outlines (the seal)."""
    return _open(typefaces().serif[0], weight=700)


@cache
def _drawable() -> frozenset[int]:
    """Code points that both the serif and the sans text can show, with the rare-character fonts behind each."""
    faces = typefaces()
    serif, sans = (_maps(names[:1]) for names in (faces.serif, faces.sans))
    return frozenset((serif & sans) | _maps(faces.serif[1:]))


def _maps(families: tuple[str, ...]) -> set[int]:
    return {code for family in families for code in _open(family, weight=400).getBestCmap()}


def _open(family: str, weight: int) -> TTFont:
    """The face of this family nearest to the weight; collections are opened at the family's own index."""
    faces = [f for f in typefaces().book.fonts() if f.family == family and f.path is not None]
    best = min(faces, key=lambda f: abs(f.weight - weight))
    return TTFont(best.path, fontNumber=best.index, lazy=True)


def _folders() -> list[str]:
    named = [folder for folder in os.environ.get("HPF_FONTS", "").split(os.pathsep) if folder]
    npm = sorted(str(folder) for folder in _NPM.glob("noto-*-sc"))
    return [folder for folder in (*named, *_FOLDERS, *npm) if Path(folder).is_dir()]
