"""What was submitted and decided under which version of the policy book, and what is still open. For the desk."""

from collections.abc import Mapping

from django.db.models import Count

from hpf.engine import models
from hpf.engine.facts import CaseState


def cases_by_version() -> Mapping[int, int]:
    """How many cases were submitted under each version, by its fingerprint; one query."""
    found = models.Case.objects.values_list("policy_version").annotate(n=Count("id")).order_by()
    return dict(found)


def cases_of_version(fingerprint: int) -> Mapping[str, int]:
    """How many cases were submitted under one version, by the item's code."""
    found = models.Case.objects.filter(policy_version=fingerprint)
    return dict(found.values_list("item_code").annotate(n=Count("id")).order_by("item_code"))


def outcomes_of_version(fingerprint: int, first_year: int, last_year: int) -> Mapping[str, int]:
    """How many rows were last judged by one version, by their state; of cases declared in those years."""
    found = models.CaseRow.objects.filter(year__gte=first_year, year__lte=last_year, policy_version=fingerprint)
    return dict(found.values_list("state").annotate(n=Count("row_no")).order_by("state"))


def open_cases(item_code: str = "") -> int:
    """How many cases are not finished, of one item or of all."""
    found = models.Case.objects.filter(state__in=[state.value for state in CaseState if not state.is_final])
    return (found.filter(item_code=item_code) if item_code else found).count()
