"""Addresses of the API inside a centre, under api/v1/."""

from functools import partial

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI

from hpf.api import cases, catalogue, hooks, problems, records, reference
from hpf.api.problems import Problem

api = NinjaAPI(title="开放接口", version="1", openapi_url=None, docs_url=None, urls_namespace="api")
problems.register(api)
for _router in (catalogue.router, cases.router, records.router, hooks.router):
    api.add_router("", _router)


def _in_our_shape(pattern: URLPattern) -> URLPattern:
    """The same address; a wrong method is refused like everything else, as a problem."""
    view = pattern.callback

    def seen(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        return problems.method_problem(request, response) if isinstance(response, HttpResponse) else response

    pattern.callback = csrf_exempt(seen)
    return pattern


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """No such address."""
    return problems.answer(request, Problem("not_found"))


_patterns = [one for one in api.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]
urlpatterns = [
    path("docs", partial(reference.page, api), name="api-docs"),
    path("openapi.json", partial(reference.schema, api), name="api-schema"),
    *map(_in_our_shape, _patterns),
    path("", nothing_here, name="api-root"),
    path("<path:rest>", nothing_here),
]
