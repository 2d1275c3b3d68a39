"""Which cases were submitted under which version of the policy book, and what is still open. For the desk.

Counted from cases, by an index of theirs. Rows keep the version that judged them, too, but are not counted by it: they
are millions a year, and an index on them would be written with every one of them.
"""

from collections.abc import Mapping

from django.db.models import Count

from hpf.engine import models
from hpf.engine.facts import CaseState


def cases_by_version() -> Mapping[int, int]:
    """How many cases were submitted under each version, by its fingerprint; one query."""
    found = models.Case.objects.values_list("policy_version").annotate(n=Count("*")).order_by()
    return dict(found)


def cases_of_version(fingerprint: int) -> Mapping[str, int]:
    """How many cases were submitted under one version, by the item's code."""
    found = models.Case.objects.filter(policy_version=fingerprint)
    return dict(found.values_list("item_code").annotate(n=Count("*")).order_by("item_code"))


def open_cases(item_code: str = "") -> int:
    """How many cases are not finished, of one item or of all."""
    found = models.Case.objects.filter(state__in=[state.value for state in CaseState if not state.is_final])
    return (found.filter(item_code=item_code) if item_code else found).count()
