"""Tells what an uploaded file really is, how large its picture, and whether it is all there, without decoding it.

The name and the browser's media type prove nothing, and decoding a hostile picture is how servers run out of memory.
PDFs are looked through by a process of their own (examine.py).
"""

from dataclasses import dataclass

from hpf.documents.examine import check_harmless
from hpf.documents.facts import MaterialLimits, MaterialRefused

MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
_NAMES = {"jpg": "JPG 图片", "png": "PNG 图片", "pdf": "PDF 文件"}
_PNG = b"\x89PNG\r\n\x1a\n"
_NO_FRAME = {0xC4, 0xC8, 0xCC}  # markers between SOF0 and SOF15 that are no start of a frame
_SCAN, _END_OF_PICTURE = 0xDA, b"\xff\xd9"
_OTHERS = {
    b"GIF8": "GIF 图片",
    b"BM": "BMP 图片",
    b"II*\0": "TIFF 图片",
    b"MM\0*": "TIFF 图片",
    b"PK\3\4": "压缩包或 Office 文档",
    b"\xd0\xcf\x11\xe0": "旧版 Office 文档",
    b"Rar!": "压缩包",
    b"7z\xbc\xaf": "压缩包",
    b"<": "网页",
}
"""First bytes of what users send under a wrong name. “.jpg” written over the name does not change the picture."""


@dataclass(frozen=True)
class Sniffed:
    """A file's type by short name, the pixels of a picture (0 for a PDF), and whether it has its end."""

    type: str
    pixels: int
    whole: bool = True


def check_upload(content: bytes, limits: MaterialLimits) -> str:
    """The short name of the content's type. Raises MaterialRefused with a Chinese text.

    A PDF is taken apart by a child process within limits, which takes a good tenth of a second.
    """
    if not content:
        raise MaterialRefused("文件是空的（0 字节），请重新选择文件")
    if len(content) > limits.max_bytes:
        raise MaterialRefused(f"文件超过 {_size(limits.max_bytes)}，请压缩或降低扫描分辨率后重新上传")
    found = sniff(content)
    if found is None or found.type not in limits.types:
        kind = _NAMES[found.type] if found else _other(content[:64])
        really = f"该文件的内容是{kind}，改扩展名不改变格式；" if kind else ""
        raise MaterialRefused(f"{really}只能上传 {'、'.join(sorted(limits.types))} 格式的文件，请转换格式后重新上传")
    if found.pixels > limits.max_pixels:
        most = f"{limits.max_pixels // 10_000:,} 万像素"
        raise MaterialRefused(f"图片尺寸过大（超过 {most}），请降低扫描分辨率后重新上传")
    if not found.whole:
        raise MaterialRefused("图片不完整（可能复制或传输中断），请重新拍照、扫描或复制后上传")
    if found.type == "pdf":
        check_harmless(content)
    return found.type


def _other(head: bytes) -> str:
    """What a file is that is none of ours, as its owner would call it; empty when nobody knows."""
    if head[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        return "HEIC 图片"
    if head[8:12] == b"WEBP":
        return "WebP 图片"
    return next((name for first, name in _OTHERS.items() if head.lstrip().startswith(first)), "")


def sniff(content: bytes) -> Sniffed | None:
    """What the content is; None for anything else, and for a picture whose header is broken."""
    if content.startswith(_PNG):
        return _png(content)
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    if content.startswith(b"%PDF-"):
        return Sniffed("pdf", 0)
    return None


def _png(content: bytes) -> Sniffed | None:
    pixels = int.from_bytes(content[16:20]) * int.from_bytes(content[20:24])
    return Sniffed("png", pixels, b"IEND" in content[24:]) if pixels and content[12:16] == b"IHDR" else None


def _jpeg(content: bytes) -> Sniffed | None:
    """The largest frame that is announced before the picture's first scan, and whether the picture ends behind that."""
    at, pixels = 2, 0
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker == _SCAN:
            return Sniffed("jpg", pixels, _END_OF_PICTURE in content[at:]) if pixels else None
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            height, width = int.from_bytes(content[at + 5 : at + 7]), int.from_bytes(content[at + 7 : at + 9])
            pixels = max(pixels, width * height)
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return Sniffed("jpg", pixels, whole=False) if pixels else None


def _size(count: int) -> str:
    return f"{count >> 20} MB" if count >= 1 << 20 else f"{count >> 10} KB"
