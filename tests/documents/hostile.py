"""PDFs that nobody should have to read: each must be refused, or told apart, within seconds and without harm."""

import io
import zlib
from collections.abc import Callable, Iterable
from functools import partial

import pypdf
from pypdf.generic import DictionaryObject, NameObject


def made_of(objects: Iterable[bytes], root: int = 1) -> bytes:
    """A PDF of these object bodies, numbered from 1, with a proper table of where they are."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, root, start)
    return bytes(out)


def plain(extra: bytes = b"") -> bytes:
    """One empty page; `extra` goes into the catalogue."""
    return made_of(
        (
            b"<< /Type /Catalog /Pages 2 0 R %s >>" % extra,
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        )
    )


def encrypted() -> bytes:
    """A plain one with a password."""
    writer = pypdf.PdfWriter(io.BytesIO(plain()))
    writer.encrypt("secret")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_script(content: bytes) -> bytes:
    """The same document with a script, appended as an update."""
    writer = pypdf.PdfWriter(io.BytesIO(content), incremental=True)
    names = DictionaryObject({NameObject("/JavaScript"): DictionaryObject()})
    writer.root_object[NameObject("/Names")] = names
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb(layers: int) -> bytes:
    """An object stream of zeros, packed `layers` times, in which the catalogue is said to be."""
    packed = bytes(400 << 20)
    for _ in range(layers):
        packed = zlib.compress(packed, 9)
    filters = b"[" + b"/FlateDecode " * layers + b"]"
    stream = b"<< /Type /ObjStm /N 1 /First 4 /Filter %s /Length %d >>\nstream\n%s\nendstream"
    body = stream % (filters, len(packed), packed)
    out = bytearray(b"%PDF-1.7\n")
    place = len(out)
    out += b"1 0 obj\n%s\nendobj\n" % body
    start = len(out)
    table = b"\x00\x00\x00\x00\x00\xff" + b"\x01" + place.to_bytes(4) + b"\x00" + b"\x02\x00\x00\x00\x01\x00"
    table += b"\x01" + start.to_bytes(4) + b"\x00"
    out += b"3 0 obj\n<< /Type /XRef /Size 4 /W [1 4 1] /Root 2 0 R /Length %d >>\nstream\n" % len(table)
    out += table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def in_a_ring() -> bytes:
    """A table of objects that names itself as the one before."""
    content = plain()
    start = content.rindex(b"xref\n0")
    return content.replace(b"/Root", b"/Prev %d /Root" % start)


def many_objects(count: int) -> bytes:
    """More values in one array than anybody needs."""
    return plain(b"/Extra [" + b"0 " * count + b"]")


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "no bytes": ("empty", bytes),
    "too large": ("too-big", lambda: b"%PDF-1.7\n" + bytes(10 << 20)),
    "a picture": ("wrong-type", lambda: b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "a page of the web": ("wrong-type", lambda: b"<!doctype html><script>%PDF-1.7</script>"),
    "only a head": ("damaged", lambda: b"%PDF-1.7\n"),
    "cut off": ("damaged", lambda: plain()[:-60]),
    "noise": ("damaged", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"startxref\n9\n%%EOF\n"),
    "with a password": ("encrypted", encrypted),
    "a script that runs on opening": ("active", partial(plain, b"/OpenAction << /S /JavaScript /JS (1) >>")),
    "a script among the names": ("active", lambda: with_script(plain())),
    "a program to start": ("active", partial(plain, b"/OpenAction << /S /Launch /F (cmd.exe) >>")),
    "a script behind a reference": ("active", partial(plain, b"/AA << /WC [[[3 0 R << /S /JavaScript >>]]] >>")),
    "a form of another kind": ("active", partial(plain, b"/AcroForm << /XFA [] >>")),
    "zeros, packed once": ("too-big", partial(bomb, 1)),
    "zeros, packed three times": ("too-big", partial(bomb, 3)),
    "a table before itself": ("damaged", in_a_ring),
    "nested without end": ("damaged", partial(plain, b"/Extra " + b"[" * 200_000)),
    "half a million values": ("too-big", partial(many_objects, 500_001)),
}
"""By what it is: the kind of its refusal, and how to make it."""
