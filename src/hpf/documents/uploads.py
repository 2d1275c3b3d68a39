"""Tells what an uploaded file really is from its first bytes, and how large its picture, without decoding it.

The name and the browser's media type prove nothing, and decoding a hostile picture is how servers run out of memory.
"""

from dataclasses import dataclass

from hpf.documents.facts import MaterialLimits, MaterialRefused

MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
_PNG = b"\x89PNG\r\n\x1a\n"
_NO_FRAME = {0xC4, 0xC8, 0xCC}  # markers between SOF0 and SOF15 that are no start of a frame


@dataclass(frozen=True)
class Sniffed:
    """A file's type by short name, and the pixels of a picture (0 for a PDF)."""

    type: str
    pixels: int


def check_upload(content: bytes, limits: MaterialLimits) -> str:
    """The short name of the content's type. Raises MaterialRefused with a Chinese text."""
    if not content:
        raise MaterialRefused("文件是空的（0 字节），请重新选择文件")
    if len(content) > limits.max_bytes:
        raise MaterialRefused(f"文件超过 {_size(limits.max_bytes)}，请压缩或降低扫描分辨率后重新上传")
    found = sniff(content)
    if found is None or found.type not in limits.types:
        raise MaterialRefused(f"只能上传 {'、'.join(sorted(limits.types))} 格式的文件，请转换格式后重新上传")
    if found.pixels > limits.max_pixels:
        raise MaterialRefused("图片尺寸过大，请降低扫描分辨率后重新上传")
    return found.type


def sniff(content: bytes) -> Sniffed | None:
    """What the content is; None for anything else, and for a picture whose header is broken."""
    if content.startswith(_PNG):
        return _picture("png", _png_size(content))
    if content.startswith(b"\xff\xd8\xff"):
        return _picture("jpg", _jpeg_size(content))
    if content.startswith(b"%PDF-"):
        return Sniffed("pdf", 0)
    return None


def _picture(kind: str, size: tuple[int, int]) -> Sniffed | None:
    width, height = size
    return Sniffed(kind, width * height) if width and height else None


def _png_size(content: bytes) -> tuple[int, int]:
    if content[12:16] != b"IHDR":
        return 0, 0
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Width and height from the start of the first frame; (0, 0) when there is none."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return 0, 0


def _size(count: int) -> str:
    return f"{count >> 20} MB" if count >= 1 << 20 else f"{count >> 10} KB"
