"""The QR code of a document: a link to its verification page, as SVG."""

import base64
import io

import segno


def qr_svg(content: str) -> str:
    """An SVG picture of `content` with error correction M and no quiet zone (the page's white is one)."""
    out = io.BytesIO()
    segno.make(content, error="m", micro=False).save(out, kind="svg", border=0, xmldecl=False, svgns=True)
    return out.getvalue().decode()


def qr_data(content: str) -> str:
    """The same picture as a `data:` address, for an <img>."""
    return "data:image/svg+xml;base64," + base64.b64encode(qr_svg(content).encode()).decode()
