"""What every request passes: security headers, the cookies of its door, the clock, the limit of its size."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from hpf.access.clock import clock
from hpf.web import errors

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SecurityHeaders:
    """The strict content security policy: nothing inline, nothing from elsewhere, forms only to us, portal, cashier."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        targets = " ".join(["'self'", *settings.FORM_ACTION_ORIGINS])
        self._policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            f"connect-src 'self'; form-action {targets}; frame-ancestors 'none'; base-uri 'none'"
        )

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        response = self._get_response(request)
        response.headers.setdefault("Content-Security-Policy", self._policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response


class DoorMiddleware:
    """Hall and desk are two doors of one host: whoever is logged in at one is a stranger at the other.

    Behind this middleware the cookies have the names of the settings (the hall's); at the desk's paths they come and
    go under the desk's names. It stands behind CentreMiddleware: `/desk/…` is the path inside the centre.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        if not is_desk(request):
            return self._get_response(request)
        cookies = request.COOKIES
        for inside, outside in settings.DESK_COOKIES.items():
            cookies.pop(inside, None)
            if outside in cookies:
                cookies[inside] = cookies.pop(outside)
        response = self._get_response(request)
        for inside, outside in settings.DESK_COOKIES.items():
            if (morsel := response.cookies.pop(inside, None)) is not None:
                attributes = dict(morsel.items())
                response.cookies[outside] = morsel.value
                response.cookies[outside].update(attributes)
        return response


def is_desk(request: HttpRequest) -> bool:
    """Whether the request is for the centre's own staff, by its path."""
    first = request.path_info.removeprefix("/").partition("/")[0]
    return first == ("desk" if getattr(request, "centre", None) else "desk-login")


class ClockMiddleware:
    """Hands the injected clock to the pages, which may not know `hpf.site`: `request.clock`."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        request.clock = clock  # type: ignore[attr-defined]
        return self._get_response(request)


class SizeMiddleware:
    """Refuses a form that is too large before anything of it is read: a form's token stands in its body.

    It stands before the middleware that reads that token. Views without one (API, verification, callbacks) judge the
    size of what they take themselves.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., object], *_: object) -> HttpResponseBase | None:
        """The page that says so, or None."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if getattr(view, "csrf_exempt", False) or int(length) <= settings.MOST_BYTES:
            return None
        return errors.too_large(request, settings.MOST_BYTES)
