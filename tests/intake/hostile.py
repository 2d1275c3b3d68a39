"""Workbooks that nobody should have to open: each maker returns the bytes of one file."""

import io
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterable

import xlsxwriter

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def workbook(
    rows: str | Iterable[bytes] = '<row r="1"><c r="A1"><v>1</v></c></row>',
    *,
    prologue: str = "",
    dimension: str = "",
    state: str = "visible",
    more: tuple[tuple[str, bytes], ...] = (),
) -> bytes:
    """A bare .xlsx with these rows, as XML text or in pieces, and `more` entries."""
    out = io.BytesIO()
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="S" sheetId="1" state="{state}" r:id="rId1"/></sheets></workbook>'
    )
    pieces = [rows.encode()] if isinstance(rows, str) else rows
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the entry that is there twice
        for name, text in (*_PARTS.items(), ("xl/workbook.xml", book)):
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'{prologue}<worksheet xmlns="{_MAIN}">{dimension}<sheetData>'.encode())
            for piece in pieces:
                sheet.write(piece)
            sheet.write(b"</sheetData></worksheet>")
        for name, content in more:
            archive.writestr(name, content)
    return out.getvalue()


def ordinary(rows: int = 200) -> bytes:
    """A harmless workbook of one column."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for row in range(rows):
            sheet.write_string(row, 0, f"第{row}行")
    return out.getvalue()


def zipped(*names: str) -> bytes:
    """An archive with these entries, as other kinds of files are inside."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def lying(content: bytes) -> bytes:
    """The same archive, which says of its sheet that it holds 1,000 bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    return content.replace(
        struct.pack("<II", info.compress_size, info.file_size), struct.pack("<II", info.compress_size, 1000)
    )


def encrypted(content: bytes) -> bytes:
    """The same archive with the flag of encrypted entries set in its directory."""
    at = content.index(b"PK\x01\x02")
    return content[: at + 8] + b"\x01" + content[at + 9 :]


def scratched(content: bytes) -> bytes:
    """The same archive with a damaged sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 80
    return content[:start] + bytes(b ^ 0x55 for b in content[start : start + 300]) + content[start + 300 :]


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
_TENFOLD = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
_LAUGHS = f'<!DOCTYPE x [<!ENTITY a "lol">{_TENFOLD}]>'
_FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
_CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row>'
_MILLION = (b"<row><c><v>1</v></c></row>" * 20_000,) * 52
_WIDE = (
    '<row r="1">'
    + "".join(f'<c r="{a}{b}1"><v>1</v></c>' for a in "ABC" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    + "</row>"
)

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "empty"),
    "web page called .xlsx": (lambda: b"<html>not a workbook</html>", "wrong-type"),
    "PDF": (lambda: b"%PDF-1.7\n", "wrong-type"),
    "CSV": ("姓名,证件号码\n".encode, "wrong-type"),
    "Word document": (lambda: zipped("word/document.xml"), "wrong-type"),
    "OpenDocument": (lambda: zipped("mimetype", "content.xml"), "wrong-type"),
    "empty archive": (lambda: b"PK\x05\x06" + bytes(18), "wrong-type"),
    "old .xls": (lambda: _OLE + bytes(512) + "Workbook".encode("utf-16-le"), "old-format"),
    "binary .xlsb": (lambda: zipped("xl/workbook.bin"), "old-format"),
    "password": (lambda: _OLE + bytes(512) + "EncryptedPackage".encode("utf-16-le"), "password"),
    "macros": (lambda: workbook(more=(("xl/vbaProject.bin", b"x"),)), "macros"),
    "external link": (lambda: workbook(more=(("xl/externalLinks/externalLink1.xml", b"x"),)), "links"),
    "encrypted entry": (lambda: encrypted(workbook()), "damaged"),
    "an entry twice": (lambda: workbook(more=(("xl/worksheets/sheet1.xml", b"x"),)), "damaged"),
    "truncated": (lambda: ordinary()[:-400], "damaged"),
    "scratched": (lambda: scratched(ordinary()), "damaged"),
    "thousands of entries": (lambda: workbook(more=tuple((f"x{n}", b"") for n in range(1000))), "too-big"),
    "too large a file": (lambda: ordinary() + bytes(3 << 20), "file-too-big"),
    "zip bomb": (lambda: workbook([b" " * 1_000_000] * 40), "too-big"),
    "zip bomb that lies": (lambda: lying(workbook([_CELL.format("A" * 1_000_000).encode()] * 300)), "damaged"),
    "cell at the far corner": (lambda: workbook(_FAR), "too-big"),
    "two cells, 60 million apart": (lambda: workbook(_FAR.replace("XFD1", "BH1")), "too-big"),
    "address beyond any sheet": (lambda: workbook('<row r="1"><c r="ZZZZZZ99999999999"><v>1</v></c></row>'), "damaged"),
    "1,000,000 rows": (lambda: workbook(_MILLION), "too-many-rows"),
    "too many columns": (lambda: workbook(_WIDE), "too-many-columns"),
    "external entity": (lambda: workbook(_CELL.format("&e;"), prologue=_EXTERNAL), "damaged"),
    "billion laughs": (lambda: workbook(_CELL.format("&j;"), prologue=_LAUGHS), "damaged"),
    "string that is not there": (lambda: workbook('<row r="1"><c r="A1" t="s"><v>999999999</v></c></row>'), "damaged"),
    "hidden sheets only": (lambda: workbook(state="hidden"), "no-sheet"),
}  # fmt: skip
"""By what the file is: its maker, and the kind of refusal."""
