"""A browser without a screen: pages, forms with their tokens, files; and the login through the government portal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import requests

from drill.markup import Form, Page

CENTRE = "/hangzhou"
_SECONDS = 60


class Refused(Exception):
    """The page said no; `told` are its words."""

    def __init__(self, told: list[str]) -> None:
        super().__init__("；".join(told))
        self.told = told


class Broken(Exception):
    """An answer that nobody should ever get: an error page, or none at all."""


@dataclass
class Browser:
    """One person's browser: cookies, the page shown last."""

    base: str
    session: requests.Session = field(default_factory=requests.Session)
    address: str = ""
    status: int = 200

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Page:
        """Open a page."""
        return self._read(self.session.get(self._at(path), params=query, timeout=_SECONDS))

    def file(self, path: str, query: Mapping[str, str] | None = None) -> bytes:
        """Download something. Raises Broken for anything but a success."""
        answer = self.session.get(self._at(path), params=query, timeout=_SECONDS)
        if answer.status_code != requests.codes.ok:
            raise Broken(f"{answer.status_code} for {urlsplit(answer.url).path}")
        return answer.content

    def send(
        self,
        form: Form,
        fields: Mapping[str, str] | None = None,
        *,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        several: Mapping[str, Sequence[str]] | None = None,
    ) -> Page:
        """Send a form with some of its fields filled in otherwise; `several` are ticks of one name."""
        told: dict[str, str | Sequence[str]] = {**form.fields, **(several or {}), **(fields or {})}
        return self._read(self.session.post(form.action, data=told, files=files, timeout=_SECONDS))

    def _at(self, path: str) -> str:
        return urljoin(self.base, path)

    def _read(self, answer: requests.Response) -> Page:
        self.address, self.status = answer.url, answer.status_code
        if answer.status_code >= requests.codes.server_error:
            raise Broken(f"{answer.status_code} for {urlsplit(answer.url).path}: {Page(answer.text).told}")
        if answer.status_code in (requests.codes.bad_request, requests.codes.forbidden, requests.codes.not_found):
            raise Broken(f"{answer.status_code} for {urlsplit(answer.url).path}")
        return Page(answer.text, answer.url)


def agent(hall: str, login: str, password: str) -> Browser:
    """An employer's handler, logged in through the portal: its page asks for name and password, then leads back."""
    browser = Browser(hall)
    page = browser.get(f"{CENTRE}/login/")
    door = next(a.attrs["href"] for a in page.root.all("a") if "/accounts/" in a.attrs.get("href", ""))
    asked = browser.get(door)
    browser.send(asked.form(action="/login/"), {"username": login, "password": password})
    if not browser.address.startswith(hall):
        raise Broken(f"the portal did not lead back: {urlsplit(browser.address).path}")
    return browser


def staff(hall: str, login: str, password: str) -> Browser:
    """Somebody of the centre's staff, logged in at the desk."""
    browser = Browser(hall)
    form = browser.get("/desk-login").form()
    asked = browser.send(form, {"username": login, "password": password})
    shown = asked.root.first("b", id="demo-code").text  # the demo's staff have no telephones
    browser.send(asked.form(), {"code": shown})
    if "/desk/" not in browser.address:
        raise Broken("the desk does not let in")
    return browser
