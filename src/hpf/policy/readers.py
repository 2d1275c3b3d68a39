"""Reading the policy of the centre one is in: the packs with what the centre has amended since.

`book.load(code)` is the packs alone, for checks and tests; the running system asks `current_rules`.

Each question asks the database for the number of the last amendment first (one row by its key), so no process ever goes
on with a book that another has amended. The answer is pinned to the transaction: whatever is judged, applied and
recorded in one transaction is so by one version, even if an approval is committed meanwhile.
"""

from collections.abc import Iterable
from functools import lru_cache

from django.db import connection
from django.db.models import Q

from hpf.access.tenancy import current_centre
from hpf.kernel.clock import TZ
from hpf.policy import book, models
from hpf.policy.amending import amended
from hpf.policy.book import Rules
from hpf.policy.dated import Book
from hpf.policy.facts import Amendment, Change, Decision, Version

_NONE = "0 0"
_LAST = """coalesce((SELECT number || ' ' || fingerprint FROM policy_version WHERE amendment_id IS NOT NULL
                      ORDER BY number DESC LIMIT 1), '0 0')"""
_PINNED = f"SELECT coalesce(nullif(current_setting(%(pin)s, true), ''), set_config(%(pin)s, {_LAST}, true))"
_PIN = f"SELECT set_config(%(pin)s, {_LAST}, true)"


class NoAmendment(LookupError):
    """There is no amendment, or no version, of this number here."""


def current_rules(asker: str = "hpf") -> Rules:
    """The rules of the centre this thread is in, as they stand now; `asker` is named where a value is missing.

    Within one transaction it is the same version throughout. Raises NoCentre outside any centre.
    """
    centre = current_centre().code
    with connection.cursor() as cursor:
        cursor.execute(_PINNED, {"pin": _pin(centre)})
        last: str = cursor.fetchone()[0]
    return book.load(centre, asker) if last == _NONE else Rules(_amended_book(centre, last), asker)


def forget_pin() -> None:
    """The rest of this transaction goes by the version that stands now: after an approval of its own."""
    with connection.cursor() as cursor:
        cursor.execute(_PIN, {"pin": _pin(current_centre().code)})


def changes_until(number: int | None = None) -> list[Change]:
    """The approved changes in their order, up to version `number`; all without one."""
    found = models.Version.objects.filter(amendment__isnull=False).select_related("amendment").order_by("number")
    if number is not None:
        found = found.filter(number__lte=number)
    return [change_of(one.amendment) for one in found if one.amendment is not None]


def change_of(row: models.Amendment) -> Change:
    """The change that an amendment's record tells of."""
    return Change(row.leaf, row.first_day, row.value, row.until)


def amendment(amendment_id: int) -> Amendment:
    """One amendment; raises NoAmendment."""
    found = _amendments(Q(id=amendment_id))
    if not found:
        raise NoAmendment(amendment_id)
    return found[0]


def _amendments(condition: Q) -> list[Amendment]:
    rows = models.Amendment.objects.filter(condition).select_related("ruling", "version").order_by("-id")
    return [amendment_of(row) for row in rows]


def amendments_of(leaf: str) -> list[Amendment]:
    """Everything that was ever proposed for a leaf, the newest first."""
    return _amendments(Q(leaf=leaf))


def waiting(but_not_by: int | None = None) -> int:
    """How many amendments wait for a decision; `but_not_by` leaves out those of one login, who cannot decide them."""
    found = models.Amendment.objects.filter(ruling=None)
    return (found if but_not_by is None else found.exclude(proposed_by_id=but_not_by)).count()


def waiting_amendments() -> list[Amendment]:
    """The amendments that wait for a decision, the newest first."""
    return _amendments(Q(ruling=None))


def last_approved(leaf: str) -> int:
    """The id of the amendment of this leaf that was approved last, 0 for none: what a decision has to have seen."""
    found = models.Version.objects.filter(amendment__leaf=leaf).order_by("-number")
    return found.values_list("amendment_id", flat=True).first() or 0


def versions() -> list[Version]:
    """All versions of the book, the newest first."""
    rows = models.Version.objects.select_related("amendment__ruling").order_by("-number")
    return [version_of(row) for row in rows]


def version(number: int) -> Version:
    """One version; raises NoAmendment."""
    row = models.Version.objects.select_related("amendment__ruling").filter(number=number).first()
    if row is None:
        raise NoAmendment(number)
    return version_of(row)


def numbers_of(fingerprints: Iterable[int]) -> dict[int, int]:
    """The numbers of versions by the fingerprints that cases and dues keep; unknown ones are left out."""
    found = models.Version.objects.filter(fingerprint__in=set(fingerprints))
    return dict(found.values_list("fingerprint", "number"))


def amendment_of(row: models.Amendment) -> Amendment:
    """The frozen value of an amendment's record, with its ruling and version joined."""
    ruling, made = getattr(row, "ruling", None), getattr(row, "version", None)
    return Amendment(
        id=row.id,
        change=change_of(row),
        source=row.source,
        proposed_by_id=row.proposed_by_id,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at.astimezone(TZ),
        decision=Decision(ruling.decision) if ruling else None,
        decided_by=ruling.decided_by if ruling else "",
        decided_at=ruling.decided_at.astimezone(TZ) if ruling else None,
        note=ruling.note if ruling else "",
        version=made.number if made else None,
    )


def version_of(row: models.Version) -> Version:
    """The frozen value of a version's record."""
    made_by = amendment_of(row.amendment) if row.amendment else None
    return Version(row.number, row.fingerprint, row.made_at.astimezone(TZ), made_by)


def _pin(centre: str) -> str:
    """The name of a setting of the transaction, one for each centre that is visited in it."""
    return f"hpf.policy_{centre.encode().hex()}"


@lru_cache(maxsize=16)
def _amended_book(centre: str, last: str) -> Book:
    """`last`, number and fingerprint together, is never the same for two contents."""
    return amended(centre, changes_until(int(last.partition(" ")[0])))
