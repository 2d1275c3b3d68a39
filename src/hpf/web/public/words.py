"""What the verification page says of each outcome: headline, explanation, tone. Nothing here is looked up."""

from collections.abc import Mapping
from dataclasses import dataclass

from hpf.documents.facts import CODE_LENGTH, Confirmed, DocumentState, Examination, Issued, Verdict, grouped
from hpf.web.jinja import moment
from hpf.web.shapes import Fact, Tag, Tone

_DO_NOT_TRUST = "请勿采信"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A headline, what it means, and what to do."""

    title: str
    text: str
    tone: Tone
    icon: str


_CHECK = "请将下列内容与手中的凭证逐项核对；任何一项不一致，手中的凭证即不可采信。"
STATES: Mapping[DocumentState, Tag] = {
    DocumentState.VALID: Tag("有效", Tone.GOOD),
    DocumentState.SUPERSEDED: Tag("已被替换", Tone.WARN),
    DocumentState.REVOKED: Tag("已作废", Tone.BAD),
}
"""How each state of a document is shown."""
_REFUSED: Mapping[Verdict, Outcome] = {
    Verdict.CHANGED: Outcome(
        "文件被改动过",
        f"文件带有本中心的签名证书，但签名与内容不符：出具之后被改动，或签名是拼接上去的。{_DO_NOT_TRUST}。",
        Tone.BAD,
        "alert",
    ),
    Verdict.UNREGISTERED: Outcome(
        "没有出具记录",
        f"文件的签名有效，但本中心没有出具这份凭证的记录。{_DO_NOT_TRUST}，并请告知本中心。",
        Tone.BAD,
        "alert",
    ),
    Verdict.FOREIGN: Outcome(
        "不是本中心的签名",
        f"文件带有数字签名，但签名证书不属于本中心，证书上写什么名称都不能说明问题。{_DO_NOT_TRUST}。",
        Tone.BAD,
        "alert",
    ),
    Verdict.UNSIGNED: Outcome(
        "文件没有数字签名",
        "打印后扫描、截图、另存或转换格式，都会使签名丢失。请向持有人索取下载的原件，或改用凭证上的验证码核验。",
        Tone.WARN,
        "warn",
    ),
}


def of_document(issued: Issued) -> Outcome:
    """A document of ours, by whether it still counts."""
    if issued.revoked_at is not None:
        text = (
            f"本中心出具过这份凭证，已于 {moment(issued.revoked_at)} 作废，不再有效。作废原因：{issued.revoked_reason}"
        )
        return Outcome("凭证已作废", text, Tone.BAD, "alert")
    if issued.superseded_by is not None:
        text = f"本中心出具过这份凭证，后由编号为 {issued.superseded_by} 的凭证替换，请以新凭证为准。"
        return Outcome("凭证已被替换", text, Tone.WARN, "warn")
    return Outcome("凭证真实有效", f"这份凭证由本中心出具，目前有效。{_CHECK}", Tone.GOOD, "check-circle")


def of_nothing(code: str) -> Outcome:
    """No document has this code."""
    wrong = f"没有验证码为 {grouped(code)} 的凭证。请对照凭证再输一次；"
    text = f"{wrong}仍查不到的，手中的凭证不是本中心出具的，{_DO_NOT_TRUST}。"
    return Outcome("未查到凭证", text, Tone.BAD, "alert")


def of_upload(examined: Examination) -> Outcome:
    """What an uploaded file turned out to be."""
    verdict, document = examined.verdict, examined.document
    if verdict is Verdict.GENUINE and document is not None:
        known = of_document(document.issued)
        if document.issued.state is not DocumentState.VALID:
            return known
        text = "上传的文件就是本中心出具的原件，没有任何改动；凭证目前有效。"
        return Outcome(known.title, text, known.tone, known.icon)
    if verdict is Verdict.APPENDED and document is not None:
        text = (
            f"文件以本中心出具的凭证 {document.issued.no} 为底，出具之后又被追加了内容，"
            f"打开后看到的可能已不是原样，{_DO_NOT_TRUST}。下面是本中心存档的内容。"
        )
        return Outcome("文件被追加了内容", text, Tone.BAD, "alert")
    if verdict is Verdict.OTHER_CENTRE:
        text = f"文件由“{examined.signer}”的证书签署，不是本中心出具的，请到该机构核验。"
        return Outcome("不是本中心出具的", text, Tone.WARN, "warn")
    return _REFUSED[verdict]


def facts_of(document: Confirmed) -> tuple[Fact, ...]:
    """Number, time and state of a document."""
    issued = document.issued
    known = (
        Fact("凭证号", issued.no),
        Fact("状态", STATES[issued.state]),
        Fact("出具时间", moment(issued.issued_at, seconds=True)),
        Fact("业务流水号", document.business_no),
    )
    return (*known, Fact("批次", document.portion)) if document.portion else known


def parts_of(document: Confirmed) -> tuple[tuple[str, tuple[Fact, ...]], ...]:
    """The paper's sections in its order, under their titles."""
    return tuple(
        (part.title or "业务", tuple(Fact(one.label, one.value, one.wide) for one in part.fields))
        for part in document.sections
    )


def of_signature(examined: Examination) -> Fact:
    """The line about the signature of a genuine file."""
    if examined.signed:
        return Fact("数字签名", "有效，覆盖整个文件，签署后没有改动", wide=True)
    return Fact("数字签名", "出具于启用数字签名之前，没有签名；文件与存档逐字节一致", wide=True)


def of_slip(code: str) -> str:
    """Why what was typed cannot be a code; for the field."""
    if not code:
        return "请输入凭证上的验证码"
    if len(code) != CODE_LENGTH:
        return f"验证码是 {CODE_LENGTH} 位字母和数字，现在是 {len(code)} 位，请核对"
    return "验证码里没有 0、1、I、L、O，请核对是否看错"
