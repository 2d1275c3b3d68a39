"""The description of the API for one centre: OpenAPI with every item's own addresses, fields and examples, and a page.

The addresses are written once, for any item; here each is repeated for the items that the centre offers, so that the
description says what fields there are instead of “rows”.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from ninja import NinjaAPI

from hpf.access.tokens import Scope
from hpf.api import shapes
from hpf.api.catalogue import field_list
from hpf.api.door import ApiRequest
from hpf.api.problems import MEDIA_TYPE, TITLES
from hpf.api.records import more_conditions
from hpf.engine.catalogue import Offer, catalogue
from hpf.engine.declare import Enquiry, Filter, FilterKind, FormKind, Item, ItemRules, Listing, Service
from hpf.engine.listings import STATES_BEHIND
from hpf.kernel.identity import check_digit
from hpf.policy.readers import current_rules

JSON = "application/json"
_BODIES = {model.__name__: model for model in (shapes.RowsIn, shapes.CaseIn, shapes.HookIn)}
_SAMPLE_ID = "33010619900307101"
_FORMATS = {FilterKind.MONTH: r"^\d{4}-\d{2}$", FilterKind.DATE: r"^\d{4}-\d{2}-\d{2}$"}
Api = dict[str, Any]


def rules_of(request: HttpRequest) -> ItemRules:
    """The rules of this moment at this centre."""
    asked = cast(ApiRequest, request)
    now, book = asked.clock.now(), current_rules()
    return ItemRules(book, now.date(), book.calendar.business_month(now))


def describe(api: NinjaAPI, request: HttpRequest) -> Api:
    """The OpenAPI description of this centre's API."""
    rules, root = rules_of(request), reverse("api-root")
    found: Api = json.loads(json.dumps(api.get_openapi_schema(path_prefix=root)))
    schemas = found["components"]["schemas"]
    for model in (*_BODIES.values(), shapes.ProblemOut):
        shape = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= shape.pop("$defs", {})
        schemas[model.__name__] = shape
    scopes = {one.operation_id: one.auth_callbacks[0].scope for one in _operations(api)}
    paths: Api = {}
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            _complete(operation, scopes[operation["operationId"]])
            for address, own in _repeated(path, operation, rules):
                paths.setdefault(address, {})[method] = own
    found["paths"] = paths
    found["info"]["title"] = f"{cast(ApiRequest, request).centre.name} {api.title}"
    found["servers"] = [{"url": f"{request.scheme}://{request.get_host()}"}]
    return found


def _operations(api: NinjaAPI) -> Iterator[Any]:
    for router in api._get_bound_routers():
        for view in router.path_operations.values():
            yield from view.operations


def _complete(operation: Api, scope: Scope) -> None:
    """What every operation has in common: its scope, the shape of problems, media that are not JSON."""
    words = operation.get("description", "")
    operation["description"] = f"{words}\n\n权限：{scope.value}（{scope.label}）".strip()
    operation["x-scope"] = scope.value
    problem = {"schema": {"$ref": "#/components/schemas/ProblemOut"}}
    operation["responses"]["default"] = {"description": "Problem", "content": {MEDIA_TYPE: problem}}
    if media := operation.pop("x-media", None):
        operation["responses"]["200"]["content"] = {media: {"schema": {"type": "string", "format": "binary"}}}
    if (body := operation.get("x-body")) is not None:
        schema = {"$ref": f"#/components/schemas/{body}"}
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
        if not operation.get("x-for"):
            operation["requestBody"]["content"][JSON]["example"] = {
                "url": "https://example.com/hpf", "secret": "0123456789abcdef", "kinds": ["case.moved"],
            }  # fmt: skip


def _repeated(path: str, operation: Api, rules: ItemRules) -> Iterator[tuple[str, Api]]:
    """The operation for each service that it applies to; as it is when it is about no service."""
    applies, body = operation.pop("x-for", None), operation.pop("x-body", None)
    filters = operation.pop("x-filters", None)
    if applies is None:
        yield path, operation
        return
    for offer in catalogue().offers:
        what = offer.service
        if not _APPLIES[applies[0]](what):
            continue
        own = copy.deepcopy(operation)
        own["operationId"] = f"{own['operationId']}_{what.code.replace('.', '_')}"
        own["summary"] = f"{what.title}：{own['summary']}"
        own["tags"] = [what.title]
        own["parameters"] = [p for p in own["parameters"] if p["name"] != "code"]
        own["parameters"] += [parameter for kind in (filters,) if kind for parameter in _conditions(what, kind)]
        if body is not None and isinstance(what, Item):
            _own_rows(own, what, rules, whole=body == "CaseIn")
        yield path.replace("{code}", what.code), own


_APPLIES: Mapping[str, Any] = {
    "any": lambda what: True,
    "item": lambda what: isinstance(what, Item),
    "roster": lambda what: isinstance(what, Item) and what.form is FormKind.ROSTER,
    "selection": lambda what: isinstance(what, Item) and what.candidates is not None,
    "enquiry": lambda what: isinstance(what, Enquiry),
    "detailed": lambda what: isinstance(what, Enquiry) and what.detail is not None,
}


def _conditions(what: Service, kind: str) -> Iterator[Api]:
    """The filters of a listing as parameters."""
    listing: Listing | None = None
    filters: tuple[Filter, ...] = ()
    if isinstance(what, Enquiry):
        listing = what.detail if kind == "detail" else what.listing
        filters = listing.filters if listing else ()
    elif isinstance(what, Item) and what.candidates is not None:
        filters = what.candidates.filters
    for one in filters:
        schema: Api = {"type": "string", "title": one.label}
        if one.kind in _FORMATS:
            schema["pattern"] = _FORMATS[one.kind]
        if one.kind is FilterKind.FLAG:
            schema["enum"] = ["0", "1"]
        yield {"in": "query", "name": one.key, "required": False, "schema": schema, "description": one.note}
    for name in more_conditions(listing) if listing else ():
        yield {"in": "query", "name": name, "required": False, "schema": {"type": "string", "enum": [*STATES_BEHIND]}}


def _own_rows(operation: Api, item: Item[Any, Any, Any], rules: ItemRules, *, whole: bool) -> None:
    """The body with this item's own fields, and an example of it."""
    row = {"type": "object", "additionalProperties": False, "properties": {}, "required": []}  # type: Api
    for spec in field_list(item.row, rules):
        schema: Api = {"type": "string", "title": spec.label}
        if spec.note:
            schema["description"] = spec.note
        if spec.kind == "money":
            schema["type"] = ["string", "number"]
        if spec.choices:
            schema["enum"] = [choice.value for choice in spec.choices]
            schema["description"] = "、".join(f"{choice.value} {choice.label}" for choice in spec.choices)
        row["properties"][spec.key] = schema
        if spec.required:
            row["required"].append(spec.key)
    model = shapes.CaseIn if whole else shapes.RowsIn
    shape = model.model_json_schema()
    shape["properties"]["rows"]["items"] = row
    example: Api = {"rows": [sample_row(item, rules)]}
    if whole:
        example |= {"declaration_accepted": True, "on_error": "reject"}
    operation["requestBody"]["content"][JSON] = {"schema": shape, "example": example}


def sample_row(item: Item[Any, Any, Any], rules: ItemRules) -> dict[str, str]:
    """A row of this item with every required field filled in, as an example."""
    kinds = {
        "name": "王小明",
        "id_number": f"{_SAMPLE_ID}{check_digit(_SAMPLE_ID)}",
        "money": "8200.00",
        "phone": "13800138000",
        "month": str(rules.month),
        "text": "20261100000001",
    }
    specs = field_list(item.row, rules)
    return {
        spec.key: (spec.default or spec.choices[0].value) if spec.choices else kinds[spec.kind]
        for spec in specs
        if spec.required or spec.default
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """One operation on the page, with a command that can be pasted."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    parameters: list[Api]
    fields: list[tuple[str, Api, bool]]
    curl: str


def page(api: NinjaAPI, request: HttpRequest) -> HttpResponse:
    """The reference: every address of this centre with fields, reasons and an example; no script, nothing from afar."""
    described = describe(api, request)
    groups: dict[str, list[Shown]] = {}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            shown = _shown(described["servers"][0]["url"], path, method, operation)
            groups.setdefault(operation["tags"][0], []).append(shown)
    context = {
        "title": described["info"]["title"],
        "groups": groups,
        "problems": [(code, status, words) for code, (status, words) in TITLES.items()],
        "scopes": list(Scope),
        "refusals": {offer.service.title: list(_refusals(offer)) for offer in catalogue().offers},
        "schema": reverse("api-schema"),
    }
    return render(request, "api/reference.jinja", context)


def _refusals(offer: Offer) -> Iterator[tuple[str, str, str]]:
    if isinstance(offer.service, Item):
        for member in offer.service.refusals:
            yield member.code, member.reason.text, member.reason.hint or member.reason.remedy.label


def _shown(server: str, path: str, method: str, operation: Api) -> Shown:
    body = operation.get("requestBody", {}).get("content", {}).get(JSON, {})
    row = body.get("schema", {}).get("properties", {}).get("rows", {}).get("items", {})
    fields = [(key, schema, key in row.get("required", ())) for key, schema in row.get("properties", {}).items()]
    return Shown(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        text=operation["description"],
        parameters=operation["parameters"],
        fields=fields,
        curl=curl(server, path, method, operation),
    )


def curl(server: str, path: str, method: str, operation: Api) -> str:
    """A command for a shell in which TOKEN (and what else stands as $NAME) is set."""
    address = path.replace("{", "$").replace("}", "")
    lines = [f'curl -sS -X {method.upper()} "{server}{address}"', '-H "Authorization: Bearer $TOKEN"']
    if any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"]):
        lines.append('-H "Idempotency-Key: $key"')
    content = operation.get("requestBody", {}).get("content", {})
    if JSON in content:
        lines.append(f'-H "Content-Type: {JSON}"')
        lines.append(f"-d '{json.dumps(content[JSON].get('example', {}), ensure_ascii=False)}'")
    elif content:
        lines += ['-F "name=$name"', '-F "file=@$file"']
    return " \\\n  ".join(lines)


def schema(api: NinjaAPI, request: HttpRequest) -> HttpResponse:
    """The OpenAPI description as JSON."""
    return JsonResponse(describe(api, request), json_dumps_params={"ensure_ascii": False})
