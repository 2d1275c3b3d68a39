"""Orders, notices, bank entries and settings of the simulated outside world."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("out_trade_no", models.CharField(max_length=64, unique=True)),
                ("token", models.CharField(max_length=32, unique=True)),
                ("way", models.CharField(max_length=8)),
                ("bank", models.CharField(blank=True, max_length=40)),
                ("subject", models.CharField(blank=True, max_length=128)),
                ("payee_account", models.CharField(blank=True, max_length=64)),
                ("amount_fen", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("NOTPAY", "待支付"),
                            ("SUCCESS", "支付成功"),
                            ("PAYERROR", "支付失败"),
                            ("CLOSED", "已关闭"),
                        ],
                        default="NOTPAY",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("notify_url", models.CharField(blank=True, max_length=300)),
                ("return_url", models.CharField(blank=True, max_length=300)),
                ("transaction_id", models.CharField(blank=True, max_length=32)),
                ("paid_by", models.CharField(blank=True, max_length=10)),
                ("paid_at", models.DateTimeField(null=True)),
                ("payer_name", models.CharField(blank=True, max_length=120)),
                ("payer_bank", models.CharField(blank=True, max_length=60)),
                ("payer_account", models.CharField(blank=True, max_length=64)),
                ("reason", models.CharField(blank=True, max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name="Setting",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("value", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("notice_id", models.CharField(max_length=40, unique=True)),
                ("due_at", models.FloatField(null=True)),
                ("held", models.BooleanField(default=False)),
                ("sends_left", models.IntegerField(default=1)),
                ("attempts", models.IntegerField(default=0)),
                ("state", models.CharField(default="waiting", max_length=10)),
                ("last_answer", models.CharField(blank=True, max_length=200)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="sandbox.order"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BankEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.CharField(db_index=True, max_length=64)),
                ("booked_on", models.DateField(db_index=True)),
                ("amount_fen", models.BigIntegerField()),
                ("payer_name", models.CharField(blank=True, max_length=120)),
                ("order", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to="sandbox.order")),
            ],
        ),
    ]
