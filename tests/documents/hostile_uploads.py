"""Papers that nobody should have to review: makers of uploads that are refused, and words of the refusal."""

import io
import struct
import zlib
from collections.abc import Callable
from functools import partial

import pypdf
from tests.documents.hostile import bomb, encrypted, many_objects, plain, with_script

JPG = "只能上传 jpg"


def png(width: int, height: int, *, upto: float = 1) -> bytes:
    """A real black picture of one bit a pixel, or the first part of it."""
    row = bytes(1 + (width + 7) // 8)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * height)),
        (b"IEND", b""),
    )
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return content[: int(len(content) * upto)]


def jpg(width: int, height: int, *, upto: float = 1) -> bytes:
    """A picture's head with a thumbnail in it, a scan and its end; or the first part of it."""
    thumbnail = b"Exif\0\0" + b"\xff\xd8\xff\xd9"
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    parts = ((b"\xe1", thumbnail), (b"\xc2", frame), (b"\xda", b"\x01\x01\x00\x00\x3f\x00"))
    head = b"".join(b"\xff" + kind + struct.pack(">H", len(data) + 2) + data for kind, data in parts)
    content = b"\xff\xd8" + head + bytes(2000) + b"\xff\xd9"
    return content[: int(len(content) * upto)]


def with_file_inside() -> bytes:
    """A PDF that carries a workbook."""
    writer = pypdf.PdfWriter(io.BytesIO(plain()))
    writer.add_attachment("工资.xlsm", b"PK")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pinned_file() -> bytes:
    """A PDF with a file pinned to its page as a note."""
    note = b"/Annots [<< /Subtype /FileAttachment /Rect [0 0 9 9] /FS << /Type /Filespec /EF << /F 3 0 R >> >> >>]"
    return plain(note)


HOSTILE_UPLOADS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "no bytes": ("文件是空的", bytes),
    "larger than a file may be": ("文件超过 10 MB", lambda: png(8, 8) + bytes(10 << 20)),
    "80 megapixels, PNG": ("图片尺寸过大（超过 6,000 万像素）", partial(png, 10_000, 8_000)),
    "80 megapixels, JPG": ("图片尺寸过大（超过 6,000 万像素）", partial(jpg, 10_000, 8_000)),
    "a GIF called .jpg": ("该文件的内容是GIF 图片，改扩展名不改变格式", lambda: b"GIF89a" + bytes(99)),
    "a BMP called .jpg": ("该文件的内容是BMP 图片", lambda: b"BM" + bytes(99)),
    "a TIFF called .jpg": ("该文件的内容是TIFF 图片", lambda: b"II*\0" + bytes(99)),
    "a WebP called .jpg": ("该文件的内容是WebP 图片", lambda: b"RIFF\0\0\0\0WEBPVP8 "),
    "a telephone's HEIC called .jpg": ("该文件的内容是HEIC 图片", lambda: b"\0\0\0\x18ftypheic" + bytes(99)),
    "a Word document called .jpg": ("该文件的内容是压缩包或 Office 文档", lambda: b"PK\3\4" + bytes(99)),
    "a web page called .jpg": ("该文件的内容是网页", lambda: b"\n <!doctype html><script>alert(1)</script>"),
    "a program called .jpg": (JPG, lambda: b"MZ\x90\0" + bytes(99)),
    "a picture's first bytes and then anything": (JPG, lambda: b"\xff\xd8\xff\xe0<script>alert(1)</script>"),
    "half a JPG": ("图片不完整", partial(jpg, 40, 30, upto=0.5)),
    "half a PNG": ("图片不完整", partial(png, 400, 300, upto=0.5)),
    "a PDF with a script": ("PDF 含有脚本", lambda: with_script(plain())),
    "a PDF that runs a script on opening": (
        "PDF 含有脚本",
        partial(plain, b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
    ),
    "a PDF that starts a program": ("会启动程序的动作", partial(plain, b"/OpenAction << /S /Launch /F (cmd.exe) >>")),
    "a PDF with a form that computes": ("动态表单", partial(plain, b"/AcroForm << /XFA [] >>")),
    "a PDF with a file inside": ("PDF 中夹带了其他文件", with_file_inside),
    "a PDF with a file pinned to it": ("PDF 中夹带了其他文件", pinned_file),
    "a PDF with a password": ("PDF 有密码", encrypted),
    "a PDF cut off": ("PDF 已损坏或不完整", lambda: plain()[:-60]),
    "a PDF that is only a head": ("PDF 已损坏或不完整", lambda: b"%PDF-1.7\n"),
    "a PDF that unpacks to 400 MB": ("PDF 内容异常或过于复杂", partial(bomb, 2)),
    "a PDF of half a million values": ("PDF 内容异常或过于复杂", partial(many_objects, 500_001)),
}
"""By what it is: words of its refusal, and how to make it."""
TAKEN: dict[str, Callable[[], bytes]] = {
    "a JPG with something behind its end": lambda: jpg(40, 30) + b"camera's own",
    "a PNG": partial(png, 400, 300),
    "a picture of 59 megapixels": partial(png, 7_680, 7_680),
    "a PDF": plain,
    "a PDF with a link": partial(plain, b"/OpenAction << /S /GoTo /D [3 0 R /Fit] >>"),
}
