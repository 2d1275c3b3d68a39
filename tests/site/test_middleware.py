"""What every request passes: the centre of its path, the cookies of its door, the security headers."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import get_script_prefix

from hpf.access.tenancy import CentreInfo, CentreMiddleware, current_centre
from hpf.site.middleware import DoorMiddleware


def _schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema")
        return str(cursor.fetchone()[0])


def test_the_path_chooses_the_centre(db: None, rf: RequestFactory) -> None:
    def page(request: HttpRequest) -> HttpResponse:
        assert request.centre == current_centre()  # type: ignore[attr-defined]
        return HttpResponse(f"{_schema()} {get_script_prefix()} {request.path_info}")

    answer = CentreMiddleware(page)(rf.get("/hangzhou/open/7"))
    assert isinstance(answer, HttpResponse)
    assert answer.content == b"hangzhou /hangzhou/ /open/7"
    assert (_schema(), get_script_prefix()) == ("public", "/")


def test_a_streamed_answer_stays_in_its_centre(db: None, rf: RequestFactory) -> None:
    def page(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(_schema() for _ in range(2))

    answer = CentreMiddleware(page)(rf.get("/hangzhou/list"))
    assert isinstance(answer, StreamingHttpResponse)
    assert _schema() == "public"
    assert answer.getvalue() == b"hangzhouhangzhou"
    assert _schema() == "public"


def test_shared_pages_are_in_no_centre(centre: CentreInfo, rf: RequestFactory) -> None:
    def page(request: HttpRequest) -> HttpResponse:
        assert request.centre is None  # type: ignore[attr-defined]
        return HttpResponse(_schema())

    answer = CentreMiddleware(page)(rf.get("/login/"))
    assert isinstance(answer, HttpResponse)
    assert answer.content == b"public"


def _through_door(request: HttpRequest, centre: bool = True) -> tuple[dict[str, str], dict[str, str]]:
    """The cookies a page sees, and those the browser gets."""
    seen: dict[str, str] = {}

    def page(request: HttpRequest) -> HttpResponse:
        seen.update(request.COOKIES)
        response = HttpResponse()
        response.set_cookie("hpf_hall", "new", httponly=True, max_age=60)
        return response

    request.centre = CentreInfo("hangzhou", "") if centre else None  # type: ignore[attr-defined]
    answer = DoorMiddleware(page)(request)
    return seen, {name: morsel.OutputString() for name, morsel in answer.cookies.items()}


@pytest.fixture
def both_doors(rf: RequestFactory) -> Iterator[RequestFactory]:
    """A browser that is logged in at both."""
    rf.cookies["hpf_hall"] = "agent"
    rf.cookies["hpf_desk"] = "teller"
    yield rf


def test_the_hall_sees_its_own_login(both_doors: RequestFactory) -> None:
    seen, given = _through_door(both_doors.get("/open/"))
    assert seen["hpf_hall"] == "agent"
    assert list(given) == ["hpf_hall"]


@pytest.mark.parametrize(("path", "centre"), [("/desk/queue", True), ("/desk-login", False)])
def test_the_desk_sees_its_own_login(both_doors: RequestFactory, path: str, centre: bool) -> None:
    seen, given = _through_door(both_doors.get(path), centre)
    assert seen == {"hpf_hall": "teller"}
    assert given["hpf_desk"].startswith("hpf_desk=new;")
    assert "HttpOnly" in given["hpf_desk"]
    assert "Max-Age=60" in given["hpf_desk"]


def test_an_agent_is_a_stranger_at_the_desk(rf: RequestFactory) -> None:
    rf.cookies["hpf_hall"] = "agent"
    assert _through_door(rf.get("/desk/"))[0] == {}


@pytest.mark.parametrize("path", ["/healthz", "/atlantis/"])
def test_strict_policy_on_every_answer(db: None, client: Client, path: str) -> None:
    policy = client.get(path).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
