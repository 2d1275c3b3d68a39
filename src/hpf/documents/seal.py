"""Draws the centre's round seal (业务专用章) as pure outlines, so that no reader needs our fonts.

Layout of an official seal: ring, the centre's name along the upper arc, a five-pointed star in the middle, the seal's
purpose on a straight line below. The name's arc stays at or below 250 degrees and the line below keeps to the width the
arc leaves free, so the two never touch. The picture is a picture: the digital signature is another matter.
"""

import math
from functools import cache

from fontTools.misc.transform import Transform
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from hpf.documents.fonts import MissingGlyphs, outline_font

_SIZE = 420.0  # user units: a tenth of a millimetre of the usual 42 mm seal
_CENTRE = _SIZE / 2
_RING = 11.0
_ARC_DEGREES = 250.0
_COLOUR = "#c8161d"


@cache
def seal_svg(name: str, purpose: str = "业务专用章") -> str:
    """The seal with `name` round the star and `purpose` below. Raises MissingGlyphs when a character has no outline."""
    pen = _Outliner(outline_font(), name + purpose)
    _arc(pen, name)
    _line(pen, purpose)
    radius = _CENTRE - _RING
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE:.0f} {_SIZE:.0f}" '
        f'width="{_SIZE:.0f}" height="{_SIZE:.0f}"><g fill="{_COLOUR}">'
        f'<circle cx="{_CENTRE}" cy="{_CENTRE}" r="{radius}" fill="none" stroke="{_COLOUR}" stroke-width="{_RING}"/>'
        f'<polygon points="{_star(66.0)}"/><path d="{pen.path()}"/></g></svg>'
    )


class _Outliner:
    """Collects glyph outlines, each placed by its visible middle rather than by its em box."""

    def __init__(self, font: TTFont, text: str) -> None:
        self._glyphs = font.getGlyphSet()
        self._names = font.getBestCmap()
        missing = "".join(dict.fromkeys(c for c in text if ord(c) not in self._names))
        if missing:
            raise MissingGlyphs(missing)
        self._em = font["head"].unitsPerEm
        self._out = SVGPathPen(self._glyphs, ntos=lambda value: f"{value:.1f}")

    def draw(self, character: str, x: float, y: float, width: float, height: float, turn: float = 0.0) -> None:
        """Puts one character into a box `width` x `height` whose middle is (x, y), turned by `turn` radians."""
        glyph = self._glyphs[self._names[ord(character)]]
        bounds = BoundsPen(self._glyphs)
        glyph.draw(bounds)
        if bounds.bounds is None:
            return
        _, low, _, high = bounds.bounds
        place = Transform().translate(x, y).rotate(turn).scale(width / self._em, -height / self._em)
        # Sideways the advance keeps the rhythm; upwards the ink is centred within its usual place in the em box.
        middle = 0.38 * self._em * 0.6 + (low + high) / 2 * 0.4
        glyph.draw(TransformPen(self._out, place.translate(-glyph.width / 2, -middle)))

    def path(self) -> str:
        commands: str = self._out.getCommands()
        return commands


def _arc(pen: _Outliner, name: str) -> None:
    """The name along the upper arc: tall, narrow characters, closer together the more there are."""
    count = max(len(name), 2)
    span = math.radians(min(_ARC_DEGREES, 26.0 * (count - 1)))
    step = span / (count - 1)
    height = 62.0 if count <= 14 else 62.0 * 14 / count + 8
    radius = _CENTRE - 2 * _RING - height / 2 - 3
    width = min(height * 0.8, step * (radius - height / 2) * 0.98)
    for place, character in enumerate(name):
        angle = -span / 2 + step * place
        x, y = _CENTRE + radius * math.sin(angle), _CENTRE - radius * math.cos(angle)
        pen.draw(character, x, y, width, height, angle)


def _line(pen: _Outliner, purpose: str) -> None:
    """The purpose on a straight line below the star, inside the gap of the arc."""
    height, y = 42.0, _CENTRE + 128
    step = min(36.0, 190.0 / len(purpose))
    width = step / 1.06
    for place, character in enumerate(purpose):
        pen.draw(character, _CENTRE + (place - (len(purpose) - 1) / 2) * step, y, width, height)


def _star(radius: float) -> str:
    """Ten corners of a regular pentagram, one point up."""
    inner = radius * math.sin(math.radians(18)) / math.sin(math.radians(54))
    corners = ((radius if k % 2 == 0 else inner, math.pi * k / 5) for k in range(10))
    return " ".join(f"{_CENTRE + r * math.sin(a):.1f},{_CENTRE - r * math.cos(a):.1f}" for r, a in corners)
