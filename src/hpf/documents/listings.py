"""Issued documents as the desk finds them, and the requests to revoke one."""

from collections.abc import Collection

from django.db.models import Case, Q, Value, When

from hpf.documents import models
from hpf.documents.facts import DocumentKind, Issued, Revocation, RevocationOutcome, is_code, plain_code
from hpf.documents.readers import issued_fact, revocation_fact
from hpf.kernel.paging import PAGE_SIZE, Page, clamp_page


def find_documents(
    text: str,
    employer_account_ids: Collection[int] = (),
    *,
    kind: DocumentKind | None = None,
    page: object = 1,
) -> Page[Issued]:
    """Documents by number, verification code or business number, or of these employer accounts; the newest first.

    Two queries. `text` is compared as a whole; nothing at all finds nothing.
    """
    wanted = Q(employer_account_id__in=list(employer_account_ids))
    if text:
        wanted |= Q(no=text.upper()) | Q(business_no=text)
        if is_code(code := plain_code(text)):
            wanted |= Q(code=code)
    rows = models.IssuedDocument.objects.filter(wanted, *([Q(kind=kind.value)] if kind else ()))
    total = rows.count()
    number = clamp_page(page, total)
    found = rows.defer("data").order_by("-id")[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Page([issued_fact(row) for row in found], total, number)


def revocations(outcome: RevocationOutcome | None = None, *, page: object = 1) -> Page[tuple[Revocation, Issued]]:
    """Requests to revoke, those that wait first, then the newest; each with its document. Three queries."""
    rows = models.Revocation.objects.filter(*([Q(outcome=outcome.value)] if outcome else ()))
    total = rows.count()
    number = clamp_page(page, total)
    waits_first = Case(When(outcome=RevocationOutcome.WAITING, then=Value(0)), default=Value(1))
    found = list(rows.order_by(waits_first, "-id")[(number - 1) * PAGE_SIZE : number * PAGE_SIZE])
    about = models.IssuedDocument.objects.filter(no__in=[row.no for row in found]).defer("data")
    documents = {row.no: issued_fact(row) for row in about}
    return Page([(revocation_fact(row), documents[row.no]) for row in found], total, number)


def waiting_revocations() -> int:
    """How many wait for a second person."""
    return models.Revocation.objects.filter(outcome=RevocationOutcome.WAITING).count()
