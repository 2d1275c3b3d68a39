"""The hall as a test walks through it: the forms of a roster, sent over HTTP as a browser sends them."""

import html
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.parties import builders as b

HOME = "/hangzhou/"
OPENING = f"{HOME}items/account.opening/"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10" + bytes(40) + b"IEND"


class Answer(Protocol):
    """What Django's test client gives back."""

    status_code: int
    content: bytes

    def __getitem__(self, header: str) -> str: ...


def text_of(answer: Answer) -> str:
    """The words of a page: without tags, references resolved, blanks pressed together."""
    body = re.sub(r"<(script|style|template)\b.*?</\1>", "", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def row(serial: int = 1, **more: str) -> dict[str, str]:
    """The fields of a person that may be opened; other words change or add fields."""
    fields = {
        "fund": "HPF", "name": "张三", "id_type": "01", "id_no": b.id_no(serial), "arrival": "transfer",
        "wage": "8200", "phone": "", "sms": "N",
    }  # fmt: skip
    return {**fields, **more}


@dataclass
class Roster:
    """One visit to the declaration interface of an item, and the steps after it."""

    client: Client
    base: str = OPENING
    visit: str = ""

    def enter(self) -> "Roster":
        """Enter the function anew: the way from the menu."""
        self.visit = self.client.get(f"{self.base}list/")["Location"].rpartition("visit=")[2]
        return self

    def page(self, step: str = "list/", **query: str | int) -> Answer:
        """A page of this visit."""
        return self.client.get(f"{self.base}{step}", {"visit": self.visit, **query})

    def send(self, step: str, data: Mapping[str, Any] | None = None) -> Answer:
        """A form of this visit."""
        return self.client.post(f"{self.base}{step}", {"visit": self.visit, **(data or {})})

    def save(self, serial: int = 1, **more: str) -> Answer:
        """“保存” of a person."""
        return self.send("list/save/", row(serial, **more))

    def names(self) -> list[str]:
        """The names in 待确认记录, in order."""
        return re.findall(r'<th scope=row class="c-name[^"]*">([^<]+)</th>', self.page().content.decode())

    def workbook(self, rows: Sequence[Sequence[object]], **head: str) -> bytes:
        """The template as downloaded, filled with rows (columns after 序号); `head` changes the head block."""
        answer = self.client.get(f"{self.base}list/template/")
        book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
        sheet: Any = book.worksheets[0]
        first = next(n for n in range(1, 20) if str(sheet.cell(n, 1).value).startswith("序号")) + 1
        for label, value in head.items():
            for line in sheet.iter_rows(max_row=first):
                for cell in line:
                    if str(cell.value).startswith(label):
                        cell.value = f"{label}：{value}"
        for number, values in enumerate(rows):
            for column, entered in enumerate([number + 1, *values], 1):
                sheet.cell(first + number, column, entered)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    def upload(self, content: bytes, name: str = "清册.xlsx") -> Answer:
        """“导入 excel”; the page that follows."""
        answer = self.client.post(
            f"{self.base}list/import/",
            {"visit": self.visit, "workbook": SimpleUploadedFile(name, content)},
            follow=True,
        )
        return answer

    def material(self, content: bytes = PNG, name: str = "清册.png", number: int = 0) -> Answer:
        """One file for one material."""
        files = SimpleUploadedFile(name, content)
        return self.send("materials/upload/", {"material": str(number), "files": files})

    def to_confirmation(self) -> Answer:
        """From a filled list to 信息确认: 确认, 声明, materials; the page."""
        self.send("list/confirm/")
        self.send("", {"declared": "1"})
        self.material()
        return self.client.get(self.send("materials/")["Location"])

    def submission(self, page: Answer) -> dict[str, str]:
        """The hidden fields of the submission form."""
        found = re.findall(r'<input type="hidden" name="(submit_key|draft)" value="([^"]+)">', page.content.decode())
        return dict(found)

    def submit(self) -> str:
        """All the way; the address of the case."""
        return self.send("confirm/", self.submission(self.to_confirmation()))["Location"]


def good(serial: int, name: str = "李明", wage: object = 8000) -> list[object]:
    """A line of the workbook that may be imported."""
    return [name, "居民身份证", b.id_no(serial), "新调入", wage, None, "否"]
