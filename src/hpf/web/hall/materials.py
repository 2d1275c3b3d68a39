"""Step 2, 上传材料: pictures of papers under the names the centre prompts for (HZ-2.4.1-52, HZ-3-03)."""

from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect

from hpf.documents import changes as documents
from hpf.documents import readers as document_readers
from hpf.documents.facts import Material as Uploaded
from hpf.documents.facts import MaterialRefused
from hpf.engine.catalogue import Offer
from hpf.engine.facts import Draft
from hpf.engine.intake import drafts
from hpf.engine.intake.drafts import Desk
from hpf.engine.intake.materials import (
    MATERIALS_OF,
    DraftRows,
    FileState,
    check_name,
    limits_of,
    missing_materials,
    row_files,
)
from hpf.policy.parameters import Material
from hpf.web.hall.entry import HallRequest, desk_of, fields_sent, number_sent, say, step
from hpf.web.hall.present import STEPS, crumbs, mask_id, render
from hpf.web.hall.sitting import present_draft, refusing
from hpf.web.shapes import Action, Column, ColumnKind, Field, FieldKind, Look, Picture, Problem, Row, Table, Tag, Tone

_ROW_FILES = (
    Column("who", "姓名", ColumnKind.NAME),
    Column("id_no", "身份证号", ColumnKind.CODE),
    Column("wanted", "应传文件名", ColumnKind.CODE),
    Column("file", "已传文件", ColumnKind.CODE),
    Column("state", "状态", ColumnKind.TAG),
)
_STATES = {FileState.MATCHED: Tone.GOOD, FileState.MISSING: Tone.WARN, FileState.MISNAMED: Tone.BAD}
_PREVIEW_POLICY = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; object-src 'self'"


@refusing
def page(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """The slots; POST is “下一步”, which needs every required material."""
    desk = desk_of(request, offer.service)
    if request.method != "POST":
        visit = request.GET.get("visit", "")
        draft = drafts.enter(desk.actor, desk.at, desk.judging.applicant.id, desk.judging.item, visit)
        return _show(request, offer, desk, draft, ()) if may_go_on(desk, draft) else to_form(request, offer, draft)
    fields_sent(request)
    draft = present_draft(desk, request.POST.get("visit", ""))
    missing = missing_materials(desk, draft.submit_key, DraftRows(draft.id))
    if missing:
        wanted = [material.name for material in desk.judging.rules.today.materials(offer.service.code)]
        problems = [Problem(one.text, f"m{wanted.index(one.value or '')}-files") for one in missing]
        return _show(request, offer, desk, draft, problems)
    return HttpResponseRedirect(step(offer, "confirm", visit=draft.visit))


def may_go_on(desk: Desk, draft: Draft) -> bool:
    """Whether 在线填表 is done: the list confirmed, the 声明 ticked where there is one."""
    wants_tick = bool(desk.judging.rules.today.declaration(draft.item_code))
    return draft.rows > 0 and draft.confirmed and (draft.declared or not wants_tick)


def to_form(request: HallRequest, offer: Offer, draft: Draft) -> HttpResponseBase:
    """Back to the step that is not done."""
    say(request, "请先完成在线填表：确认清册并勾选声明", bad=True)
    return HttpResponseRedirect(step(offer, visit=draft.visit))


def _show(
    request: HallRequest, offer: Offer, desk: Desk, draft: Draft, problems: "tuple[()] | list[Problem]"
) -> HttpResponseBase:
    today = desk.judging.rules.today
    wanted = today.materials(offer.service.code)
    found = document_readers.materials_of(MATERIALS_OF, draft.submit_key)
    slots = [
        (number, material, () if material.row_file else _pictures(offer, draft, found, material),
         _field(desk, draft, material, number),
         _files_of_rows(offer, draft, found, material) if material.row_file else None)
        for number, material in enumerate(wanted)
    ]  # fmt: skip
    context = {
        "current": offer.service.code,
        "crumbs": crumbs((offer.service.title, step(offer, visit=draft.visit)), "上传材料"),
        "title": offer.service.title,
        "steps": STEPS,
        "hrefs": (step(offer, visit=draft.visit),),
        "problems": problems,
        "slots": slots,
        "limits": f"{'、'.join(today.upload_types)}，每个文件 {today.upload_max_bytes >> 20} MB 以内，"
                  f"每种材料最多 {today.upload_max_files} 个文件",
        "none": today.texts.no_materials,
        "visit": draft.visit,
        "expires_at": draft.expires_at,
        "now": desk.at,
        "upload": step(offer, "materials/upload"),
        "bottom": (
            Action("上一步", step(offer, visit=draft.visit), "arrow-left"),
            Action("下一步", look=Look.PRIMARY, icon="arrow-right", form="next"),
        ),
    }  # fmt: skip
    return render(request, "hall/materials.jinja", context, status=422 if problems else 200)


def by_material(found: list[Uploaded], address: Callable[[Uploaded], str]) -> dict[str, list[Picture]]:
    """Uploaded files as they are listed, by the name of their material; `address` is where one is shown."""
    listed: dict[str, list[Picture]] = {}
    for one in found:
        listed.setdefault(one.name, []).append(picture(one, address(one)))
    return listed


def _pictures(offer: Offer, draft: Draft, found: list[Uploaded], material: Material) -> list[Picture]:
    return [picture(one, *_addresses(offer, draft, one)) for one in found if one.name == material.name]


def _addresses(offer: Offer, draft: Draft, one: Uploaded) -> tuple[str, str]:
    """Where a file is shown and where it is deleted."""
    return (step(offer, "materials/file", visit=draft.visit, id=one.id),
            step(offer, "materials/delete", visit=draft.visit, id=one.id))  # fmt: skip


def picture(one: Uploaded, href: str, delete: str = "") -> Picture:
    """An uploaded file as it is listed; a small picture of a picture."""
    size = f"{one.size / (1 << 20):.1f} MB" if one.size >= 1 << 20 else f"{max(1, one.size >> 10)} KB"
    thumb = href if one.media_type.startswith("image/") else ""
    remove = Action("删除", post=delete, look=Look.DANGER) if delete else None
    return Picture(one.file_name, href, size, thumb, remove)


def _files_of_rows(offer: Offer, draft: Draft, found: list[Uploaded], material: Material) -> Table:
    """Whose file is there and whose is not (B5)."""
    rows = []
    for one in row_files(material, DraftRows(draft.id), found):
        cells = {"who": one.who, "id_no": mask_id(one.id_no), "wanted": one.wanted,
                 "file": one.uploaded.file_name if one.uploaded else "",
                 "state": Tag(one.state.value, _STATES[one.state])}  # fmt: skip
        actions: tuple[Action, ...] = ()
        if one.uploaded:
            show, remove = _addresses(offer, draft, one.uploaded)
            actions = (Action("查看", show), Action("删除", post=remove, look=Look.DANGER))
        rows.append(Row(cells, actions=actions))
    return Table(
        material.name, _ROW_FILES, rows, count=len(rows), unit="人", sorted_by="清册顺序", empty="清册中没有记录"
    )


def _field(desk: Desk, draft: Draft, material: Material, number: int) -> Field:
    today = desk.judging.rules.today
    kinds = limits_of(today, material, draft.rows).types if material.row_file else today.upload_types
    return Field(
        "files", "选择文件", FieldKind.FILE, multiple=True, prefix=f"m{number}",
        accept=",".join(f".{kind}" for kind in kinds), max_bytes=today.upload_max_bytes,
    )  # fmt: skip


@refusing
def upload(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """Takes files for one material; each that is refused is told by name, the others are kept."""
    if request.method != "POST":
        raise SuspiciousOperation("this address takes forms only")
    desk, sent = desk_of(request, offer.service), fields_sent(request)
    draft = present_draft(desk, request.POST.get("visit", ""))
    number, wanted = number_sent(sent.get("material")), desk.judging.rules.today.materials(offer.service.code)
    if number is None or number >= len(wanted):
        raise SuspiciousOperation("no such material")
    files = [one for one in request.FILES.getlist("files") if isinstance(one, UploadedFile)]
    problems = [] if files else [Problem("请选择要上传的文件", f"m{number}-files", wanted[number].name)]
    for one in files:
        try:
            _take(desk, draft, wanted[number], one)
        except MaterialRefused as refusal:
            problems.append(Problem(str(refusal), f"m{number}-files", f"{wanted[number].name}：{one.name}"))
    if problems:
        return _show(request, offer, desk, draft, problems)
    return HttpResponseRedirect(step(offer, "materials", visit=draft.visit))


def _take(desk: Desk, draft: Draft, material: Material, one: "UploadedFile[bytes]") -> None:
    name = one.name or ""
    check_name(DraftRows(draft.id), material, name)
    limits = limits_of(desk.judging.rules.today, material, draft.rows)
    documents.take_material(desk.actor, desk.at, MATERIALS_OF, draft.submit_key, material.name, name, one, limits)


@refusing
def delete(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """Takes a file away again."""
    if request.method != "POST":
        raise SuspiciousOperation("this address takes forms only")
    desk = desk_of(request, offer.service)
    draft = present_draft(desk, request.GET.get("visit", ""))
    number = number_sent(request.GET.get("id"))
    if number is None or not documents.delete_material(desk.actor, desk.at, MATERIALS_OF, draft.submit_key, number):
        raise Http404
    return HttpResponseRedirect(step(offer, "materials", visit=draft.visit))


@refusing
def file(request: HallRequest, offer: Offer) -> HttpResponseBase:
    """One file as it was uploaded."""
    desk = desk_of(request, offer.service)
    draft = present_draft(desk, request.GET.get("visit", ""))
    return answer_file(draft.submit_key, request.GET.get("id"))


def answer_file(submit_key: str, file_id: str | None) -> HttpResponse:
    """A file of one submission; 404 for any other."""
    number = number_sent(file_id)
    for one in document_readers.materials_of(MATERIALS_OF, submit_key):
        if one.id == number:
            response = HttpResponse(document_readers.content_of(one), content_type=one.media_type)
            response["Content-Security-Policy"] = _PREVIEW_POLICY
            response["Cache-Control"] = "no-store"
            return response
    raise Http404
