"""Pages as a reader sees them: tables by their headings, forms with what they would send, notices, pairs.

A thin layer over the standard library's parser; it knows how HTML is built, not how a certain program draws it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "use"})


@dataclass
class Node:
    """An element; `parts` are texts and elements in order."""

    tag: str
    attrs: dict[str, str]
    parts: list["Node | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        """This element and everything below it."""
        yield self
        for part in self.parts:
            if isinstance(part, Node):
                yield from part.walk()

    def all(self, tag: str = "", **attrs: str) -> list["Node"]:
        """Elements below with this tag and these attributes; `cls` is one of its classes."""
        wanted = attrs.pop("cls", "")
        return [
            node
            for node in self.walk()
            if (not tag or node.tag == tag)
            and (not wanted or wanted in node.attrs.get("class", "").split())
            and all(node.attrs.get(name) == value for name, value in attrs.items())
        ]

    def first(self, tag: str = "", **attrs: str) -> "Node":
        """The first of these. Raises LookupError."""
        found = self.all(tag, **attrs)
        if not found:
            raise LookupError(f"no <{tag}> with {attrs} on the page")
        return found[0]

    @property
    def text(self) -> str:
        """What is read, words for screen readers left out."""
        if "unseen" in self.attrs.get("class", "").split() or self.tag in ("script", "style", "template"):
            return ""
        return " ".join(" ".join(p if isinstance(p, str) else p.text for p in self.parts).split())


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].parts.append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].parts.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        names = [node.tag for node in self._open]
        if tag in names[1:]:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        self._open[-1].parts.append(data)


@dataclass(frozen=True)
class Line:
    """A line of a table: its texts by heading, and where its words lead, by the words."""

    cells: dict[str, str]
    links: dict[str, str]


@dataclass(frozen=True)
class Form:
    """A form: where it goes and what it sends when nothing is changed."""

    action: str
    fields: dict[str, str]
    options: dict[str, dict[str, str]]
    """Of each drop-down: the values by their words."""


class Page:
    """A page that was read."""

    def __init__(self, html: str, address: str = "") -> None:
        """Parse it; `address` is where it stands, so that its forms know where they go."""
        self.address = address
        builder = _Builder()
        builder.feed(html)
        self.root = builder.root

    @property
    def title(self) -> str:
        """What the window is called."""
        return self.root.first("title").text

    def table(self, caption: str) -> list[Line]:
        """The lines of the table that is called so. Raises LookupError."""
        for node in self.root.all("table"):
            if any(_plain(found) == caption for found in node.all("caption")):
                return list(_lines(node))
        raise LookupError(f"no table “{caption}” on “{self.title}”")

    def has_table(self, caption: str) -> bool:
        """Whether there is one."""
        return any(_plain(found) == caption for found in self.root.all("caption"))

    def form(self, form_id: str = "", *, action: str = "", asking: str = "") -> Form:
        """The form with this id, or whose address ends so, or that asks for a field. Raises LookupError."""
        for node in self.root.all("form"):
            found = _form(node, self.address)
            if form_id and node.attrs.get("id") != form_id:
                continue
            if found.action.partition("?")[0].endswith(action) and (not asking or asking in found.fields):
                return found
        raise LookupError(f"no form {form_id or action or asking} on “{self.title}”: {self.told}")

    @property
    def told(self) -> list[str]:
        """Notices, refusals and errors, as read."""
        boxes = [node.text for node in self.root.all(cls="notice")]
        listed = [item.text for box in self.root.all(cls="errors") for item in box.all("li")]
        return [text for text in (*boxes, *listed, *(node.text for node in self.root.all(cls="err"))) if text]

    @property
    def pairs(self) -> dict[str, str]:
        """Names and values of the description lists; the value without its remarks."""
        found: dict[str, str] = {}
        for group in self.root.all("dl"):
            names, values = group.all("dt"), group.all("dd")
            for name, value in zip(names, values, strict=False):
                bare = Node("", {}, [p for p in value.parts if isinstance(p, str) or p.tag != "small"])
                bare.parts = [p for p in bare.parts if isinstance(p, str) or "under" not in p.attrs.get("class", "")]
                found.setdefault(name.text, bare.text)
        return found

    def link(self, words: str) -> str:
        """Where these words lead. Raises LookupError."""
        for node in self.root.all("a"):
            if node.text == words and node.attrs.get("href"):
                return node.attrs["href"]
        raise LookupError(f"no link “{words}” on “{self.title}”")


def _plain(node: Node) -> str:
    return " ".join("".join(p for p in node.parts if isinstance(p, str)).split())


def _lines(table: Node) -> Iterator[Line]:
    heads = [node.text for row in table.first("thead").all("tr") for node in row.all("th")]
    for row in table.first("tbody").all("tr"):
        cells = [part for part in row.parts if isinstance(part, Node) and part.tag in ("td", "th")]
        if "under" in row.attrs.get("class", "").split() or len(cells) != len(heads):
            continue
        links = {a.text: a.attrs.get("href", "") for cell in cells for a in cell.all("a")}
        yield Line({head: cell.text for head, cell in zip(heads, cells, strict=True)}, links)


def _form(node: Node, address: str) -> Form:
    fields: dict[str, str] = {}
    options: dict[str, dict[str, str]] = {}
    for one in node.walk():
        name = one.attrs.get("name", "")
        if not name or "disabled" in one.attrs:
            continue
        kind = one.attrs.get("type", "text")
        if one.tag == "select":
            offered = {option.text: option.attrs.get("value", option.text) for option in one.all("option")}
            chosen = [o.attrs.get("value", o.text) for o in one.all("option") if "selected" in o.attrs]
            options[name] = offered
            fields[name] = (chosen or list(offered.values()) or [""])[0]
        elif one.tag == "textarea":
            fields[name] = one.text
        elif one.tag == "input" and (kind not in ("checkbox", "radio", "file", "submit") or "checked" in one.attrs):
            fields.setdefault(name, one.attrs.get("value", ""))
    return Form(urljoin(address, node.attrs.get("action") or address), fields, options)
