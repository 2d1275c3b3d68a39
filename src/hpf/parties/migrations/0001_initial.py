"""Tables of employers and people, and the sequences of their numbers."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

# Serials, begun where 10 and 12 digits are full; the policy book gives them their form.
_NUMBERS = """
CREATE SEQUENCE parties_employer_no START 1000000001 OWNED BY parties_employer.customer_no;
CREATE SEQUENCE parties_person_no START 100000000001 OWNED BY parties_person.customer_no;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar = []

    operations: ClassVar = [
        migrations.CreateModel(
            name="Employer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_no", models.CharField(max_length=14)),
                ("name", models.CharField(max_length=100)),
                ("credit_code", models.CharField(max_length=18)),
                ("unit_type", models.CharField(max_length=2)),
                ("payday", models.SmallIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("customer_no",), name="parties_employer_customer_no"),
                    models.UniqueConstraint(fields=("credit_code",), name="parties_employer_credit_code"),
                ],
            },
        ),
        migrations.CreateModel(
            name="EmployerAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fund", models.CharField(max_length=8)),
                ("account_no", models.CharField(max_length=14)),
                ("status", models.CharField(max_length=2)),
                ("method", models.CharField(max_length=10)),
                ("employer_rate", models.DecimalField(decimal_places=2, max_digits=5)),
                ("personal_rate", models.DecimalField(decimal_places=2, max_digits=5)),
                ("branch_code", models.CharField(max_length=16)),
                ("bank_name", models.CharField(blank=True, max_length=60)),
                ("bank_account", models.CharField(blank=True, max_length=40)),
                ("held_by_case", models.BigIntegerField(null=True)),
                ("opened_on", models.DateField()),
                ("employer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="parties.employer")),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_no", models.CharField(max_length=14)),
                ("name", models.CharField(max_length=100)),
                ("id_type", models.CharField(max_length=2)),
                ("id_no", models.CharField(max_length=40)),
                ("id_key", models.CharField(max_length=40)),
                ("mobile", models.CharField(blank=True, max_length=20)),
                ("sms", models.BooleanField()),
                ("birth", models.DateField(null=True)),
                ("sex", models.CharField(blank=True, max_length=1)),
                ("retire_category", models.CharField(blank=True, max_length=3)),
                ("deceased", models.BooleanField()),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("sms", True)), fields=["mobile"], name="parties_sms_mobile")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("customer_no",), name="parties_person_customer_no"),
                    models.UniqueConstraint(fields=("id_type", "id_key"), name="parties_person_once"),
                    models.CheckConstraint(
                        condition=models.Q(("sms", False), models.Q(("mobile", ""), _negated=True), _connector="OR"),
                        name="parties_sms_needs_mobile",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonalAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fund", models.CharField(max_length=8)),
                ("opened_on", models.DateField()),
                ("frozen", models.BooleanField()),
                (
                    "person",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="parties.person"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=6)),
                ("kind", models.CharField(max_length=10)),
                ("opened_month", models.IntegerField()),
                ("sealed_month", models.IntegerField(null=True)),
                ("seal_reason", models.CharField(blank=True, max_length=2)),
                (
                    "employer_account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="parties.employeraccount"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="parties.personalaccount"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Spell",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account_id", models.BigIntegerField()),
                ("employer_account_id", models.BigIntegerField()),
                ("first_month", models.IntegerField()),
                ("last_month", models.IntegerField(null=True)),
                ("base_fen", models.BigIntegerField()),
                ("employer_rate", models.DecimalField(decimal_places=2, max_digits=5)),
                ("personal_rate", models.DecimalField(decimal_places=2, max_digits=5)),
                ("employer_fen", models.BigIntegerField()),
                ("personal_fen", models.BigIntegerField()),
                ("exempt", models.BooleanField()),
                ("change", models.CharField(max_length=8)),
                ("case_id", models.BigIntegerField(null=True)),
                ("row_no", models.IntegerField(null=True)),
                (
                    "membership",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="parties.membership"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Agent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("id_type", models.CharField(max_length=2)),
                ("id_no", models.CharField(max_length=40)),
                ("mobile", models.CharField(blank=True, max_length=20)),
                ("employer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="parties.employer")),
            ],
            options={
                "indexes": [models.Index(fields=["id_no"], name="parties_agent_id_no")],
                "constraints": [models.UniqueConstraint(fields=("employer", "id_no"), name="parties_agent_once")],
            },
        ),
        migrations.AddConstraint(
            model_name="employeraccount",
            constraint=models.UniqueConstraint(fields=("account_no",), name="parties_employer_account_no"),
        ),
        migrations.AddConstraint(
            model_name="employeraccount",
            constraint=models.UniqueConstraint(fields=("employer", "fund"), name="parties_one_account_per_fund"),
        ),
        migrations.AddConstraint(
            model_name="personalaccount",
            constraint=models.UniqueConstraint(fields=("person", "fund"), name="parties_one_account_for_life"),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["employer_account", "status"], name="parties_members"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("account", "employer_account"), name="parties_membership_once"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "normal")), fields=("account",), name="parties_one_normal_membership"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sealed_month__isnull", True), ("status", "normal")),
                    models.Q(models.Q(("status", "normal"), _negated=True), ("sealed_month__isnull", False)),
                    _connector="OR",
                ),
                name="parties_sealed_has_month",
            ),
        ),
        migrations.AddIndex(
            model_name="spell",
            index=models.Index(fields=["membership", "first_month"], name="parties_spells"),
        ),
        migrations.AddIndex(
            model_name="spell",
            index=models.Index(fields=["employer_account_id"], name="parties_spells_of_employer"),
        ),
        migrations.AddConstraint(
            model_name="spell",
            constraint=models.UniqueConstraint(
                condition=models.Q(("last_month__isnull", True)), fields=("account_id",), name="parties_one_open_spell"
            ),
        ),
        migrations.AddConstraint(
            model_name="spell",
            constraint=models.CheckConstraint(
                condition=models.Q(("base_fen__gte", 0), ("employer_fen__gte", 0), ("personal_fen__gte", 0)),
                name="parties_terms_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="spell",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_month__gte", 190001), ("first_month__lte", 299912)),
                name="parties_first_is_month",
            ),
        ),
        migrations.AddConstraint(
            model_name="spell",
            constraint=models.CheckConstraint(
                condition=models.Q(("exempt", False), ("personal_fen", 0), _connector="OR"),
                name="parties_exempt_pays_nothing",
            ),
        ),
        migrations.RunSQL(_NUMBERS),
    ]
