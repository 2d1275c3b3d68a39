"""Tables of the room: private to it; writes go through `changes` and `load`, reads through `readers` and `listings`."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from hpf.parties.facts import MembershipStatus


def _is_month(column: str) -> Q:
    """Check that a yyyymm column holds a month."""
    return Q(**{f"{column}__gte": 190001, f"{column}__lte": 299912})


class Employer(models.Model):
    """单位. `customer_no`: from the sequence `parties_employer_no`, in the form of the policy book.

    `check_from_fen`: cases from this amount on need a second agent (单位内部复核), 0: all of them, null: none.
    """

    customer_no = models.CharField(max_length=14)
    name = models.CharField(max_length=100)
    credit_code = models.CharField(max_length=18)
    unit_type = models.CharField(max_length=2)
    payday = models.SmallIntegerField()
    check_from_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer_no"], name="parties_employer_customer_no"),
            models.UniqueConstraint(fields=["credit_code"], name="parties_employer_credit_code"),
            models.CheckConstraint(condition=Q(check_from_fen__gte=0), name="parties_check_from_positive"),
        ]


class EmployerAccount(models.Model):
    """单位公积金账号: one per employer and fund. `held_by_case` is the case whose chunks are being executed."""

    employer = models.ForeignKey(Employer, models.PROTECT)
    fund = models.CharField(max_length=8)
    account_no = models.CharField(max_length=14)
    status = models.CharField(max_length=2)
    method = models.CharField(max_length=10)
    employer_rate = models.DecimalField(max_digits=5, decimal_places=2)
    personal_rate = models.DecimalField(max_digits=5, decimal_places=2)
    branch_code = models.CharField(max_length=16)
    bank_name = models.CharField(max_length=60, blank=True)
    bank_account = models.CharField(max_length=40, blank=True)
    held_by_case = models.BigIntegerField(null=True)
    opened_on = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account_no"], name="parties_employer_account_no"),
            models.UniqueConstraint(fields=["employer", "fund"], name="parties_one_account_per_fund"),
        ]


class Agent(models.Model):
    """单位经办人: found by id number at login. The duties count while the employer checks.

    `sms`: has subscribed messages, which a number can do for one employer only (HZ-2.2.2.1-27).
    """

    employer = models.ForeignKey(Employer, models.PROTECT)
    name = models.CharField(max_length=60)
    id_type = models.CharField(max_length=2)
    id_no = models.CharField(max_length=40)
    mobile = models.CharField(max_length=20, blank=True)
    may_make = models.BooleanField(default=True, db_default=True)
    may_check = models.BooleanField(default=False, db_default=False)
    sms = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["employer", "id_no"], name="parties_agent_once"),
            models.UniqueConstraint(fields=["mobile"], name="parties_agent_sms_once", condition=Q(sms=True)),
            models.CheckConstraint(condition=Q(sms=False) | ~Q(mobile=""), name="parties_agent_sms_needs_mobile"),
        ]
        indexes: ClassVar = [models.Index(fields=["id_no"], name="parties_agent_id_no")]


class CheckingRequest(models.Model):
    """A change of 单位内部复核 that another agent has to confirm; one per employer, gone once it is decided.

    `duties`: [may make, may check] by agent id.
    """

    employer = models.OneToOneField(Employer, models.PROTECT)
    check_from_fen = models.BigIntegerField(null=True)
    duties = models.JSONField()
    asked_by = models.ForeignKey(Agent, models.PROTECT)
    asked_at = models.DateTimeField()


class Person(models.Model):
    """个人客户. `id_no` as on record, perhaps of 15 digits; `id_key` its 18-digit form, by which people are found.

    `customer_no`: from the sequence `parties_person_no`, in the form of the policy book. `details`: what was told at an
    opening and nothing is computed from (occupation, address …), by name.
    """

    customer_no = models.CharField(max_length=14)
    name = models.CharField(max_length=100)
    id_type = models.CharField(max_length=2)
    id_no = models.CharField(max_length=40)
    id_key = models.CharField(max_length=40)
    mobile = models.CharField(max_length=20, blank=True)
    sms = models.BooleanField()
    birth = models.DateField(null=True)
    sex = models.CharField(max_length=1, blank=True)
    retire_category = models.CharField(max_length=3, blank=True)
    details = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    deceased = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer_no"], name="parties_person_customer_no"),
            models.UniqueConstraint(fields=["id_type", "id_key"], name="parties_person_once"),
            models.CheckConstraint(condition=Q(sms=False) | ~Q(mobile=""), name="parties_sms_needs_mobile"),
        ]
        indexes: ClassVar = [models.Index(fields=["mobile"], name="parties_sms_mobile", condition=Q(sms=True))]


class PersonalAccount(models.Model):
    """个人账户: person × fund, one for life (Regulation Art. 13)."""

    person = models.ForeignKey(Person, models.PROTECT, db_index=False)
    fund = models.CharField(max_length=8)
    opened_on = models.DateField()
    frozen = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "fund"], name="parties_one_account_for_life")
        ]


class Membership(models.Model):
    """Account × employer account. Months are those of the latest opening and sealing; history is in the spells."""

    account = models.ForeignKey(PersonalAccount, models.PROTECT, db_index=False)
    employer_account = models.ForeignKey(EmployerAccount, models.PROTECT, db_index=False)
    status = models.CharField(max_length=6)
    kind = models.CharField(max_length=10)
    opened_month = models.IntegerField()
    sealed_month = models.IntegerField(null=True)
    seal_reason = models.CharField(max_length=2, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "employer_account"], name="parties_membership_once"),
            models.UniqueConstraint(
                fields=["account"],
                name="parties_one_normal_membership",
                condition=Q(status=MembershipStatus.NORMAL.value),
            ),
            models.CheckConstraint(
                condition=Q(status=MembershipStatus.NORMAL.value, sealed_month__isnull=True)
                | ~Q(status=MembershipStatus.NORMAL.value) & Q(sealed_month__isnull=False),
                name="parties_sealed_has_month",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["employer_account", "status"], name="parties_members")]


class Spell(models.Model):
    """Terms of a membership by business month of processing: due in month m iff first_month <= m <= last_month or open.

    A membership sealed in the month of its opening leaves a spell whose last month is before its first: due in none.
    `account_id` and `employer_account_id` repeat the membership's, so that month close reads one table.
    """

    membership = models.ForeignKey(Membership, models.PROTECT, db_index=False)
    account_id = models.BigIntegerField()
    employer_account_id = models.BigIntegerField()
    first_month = models.IntegerField()
    last_month = models.IntegerField(null=True)
    base_fen = models.BigIntegerField()
    employer_rate = models.DecimalField(max_digits=5, decimal_places=2)
    personal_rate = models.DecimalField(max_digits=5, decimal_places=2)
    employer_fen = models.BigIntegerField()
    personal_fen = models.BigIntegerField()
    exempt = models.BooleanField()
    change = models.CharField(max_length=8)
    case_id = models.BigIntegerField(null=True)
    row_no = models.IntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account_id"], name="parties_one_open_spell", condition=Q(last_month__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(base_fen__gte=0, employer_fen__gte=0, personal_fen__gte=0), name="parties_terms_positive"
            ),
            models.CheckConstraint(condition=_is_month("first_month"), name="parties_first_is_month"),
            models.CheckConstraint(condition=Q(exempt=False) | Q(personal_fen=0), name="parties_exempt_pays_nothing"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["membership", "first_month"], name="parties_spells"),
            models.Index(fields=["employer_account_id"], name="parties_spells_of_employer"),
        ]
