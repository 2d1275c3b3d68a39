"""What the simulated cashier, bank and SMS gateway remember: orders, texts, messages on their way, settings."""

from typing import ClassVar

from django.db import models


class Setting(models.Model):
    """One whole number by name: a switch to misbehave, or the offset of the business clock."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.BigIntegerField()

    objects: ClassVar[models.Manager["Setting"]] = models.Manager()

    @classmethod
    def read(cls, name: str, default: int) -> int:
        """The value, or `default` where none was set."""
        found = cls.objects.filter(name=name).values_list("value", flat=True).first()
        return default if found is None else int(found)

    @classmethod
    def write(cls, name: str, value: int) -> None:
        """Set the value."""
        cls.objects.update_or_create(name=name, defaults={"value": value})


class OrderState(models.TextChoices):
    """Where an order of the cashier stands, in WeChat Pay's words (`trade_state`)."""

    NOTPAY = "NOTPAY", "待支付"
    SUCCESS = "SUCCESS", "支付成功"
    PAYERROR = "PAYERROR", "支付失败"
    CLOSED = "CLOSED", "已关闭"


class Order(models.Model):
    """An order of the merchant. Amounts are whole fen; `out_trade_no` is the merchant's order number, unique.

    `way` is QR, B2B (corporate e-banking) or B2C (personal); `paid_by` is wechat, alipay or bank; `payer_name` is the
    merchant's hint until the payment tells better.
    """

    out_trade_no = models.CharField(max_length=64, unique=True)
    token = models.CharField(max_length=32, unique=True)
    way = models.CharField(max_length=8)
    bank = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=128, blank=True)
    payee_account = models.CharField(max_length=64, blank=True)
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=OrderState.choices, default=OrderState.NOTPAY)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    notify_url = models.CharField(max_length=300, blank=True)
    return_url = models.CharField(max_length=300, blank=True)
    transaction_id = models.CharField(max_length=32, blank=True)
    paid_by = models.CharField(max_length=10, blank=True)
    paid_at = models.DateTimeField(null=True)
    payer_name = models.CharField(max_length=120, blank=True)
    payer_bank = models.CharField(max_length=60, blank=True)
    payer_account = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=60, blank=True)

    objects: ClassVar[models.Manager["Order"]] = models.Manager()

    @property
    def yuan(self) -> str:
        """`1234.56`, as Alipay writes amounts."""
        return f"{self.amount_fen // 100}.{self.amount_fen % 100:02d}"

    @property
    def amount_shown(self) -> str:
        """`1,234.56`, as pages show amounts."""
        return f"{self.amount_fen // 100:,}.{self.amount_fen % 100:02d}"

    @property
    def state_label(self) -> str:
        """The state in Chinese."""
        return str(OrderState(self.state).label)


class Notice(models.Model):
    """One message to the merchant that has to be delivered; each attempt is signed anew under the same `notice_id`.

    `due_at` is real time in seconds since the epoch, None while the notice waits for another to overtake it. A held
    notice is late on command and does not keep the sandbox from being idle.
    """

    notice_id = models.CharField(max_length=40, unique=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="notices")
    due_at = models.FloatField(null=True)
    held = models.BooleanField(default=False)
    sends_left = models.IntegerField(default=1)
    attempts = models.IntegerField(default=0)
    state = models.CharField(max_length=10, default="waiting")
    last_answer = models.CharField(max_length=200, blank=True)

    objects: ClassVar[models.Manager["Notice"]] = models.Manager()

    @property
    def state_label(self) -> str:
        """The state in Chinese."""
        held = "扣住" if self.held else "待送达"
        return {"waiting": held, "delivered": "已送达", "given_up": "已放弃", "dropped": "已丢弃"}[self.state]


class BankEntry(models.Model):
    """One credit on an account of the centre, booked on the business day of the payment."""

    account = models.CharField(max_length=64, db_index=True)
    booked_on = models.DateField(db_index=True)
    order = models.OneToOneField(Order, models.CASCADE)
    amount_fen = models.BigIntegerField()
    payer_name = models.CharField(max_length=120, blank=True)

    objects: ClassVar[models.Manager["BankEntry"]] = models.Manager()


class Text(models.Model):
    """A text message that reached a telephone, or should have: taken once by the sender's own `message_id`."""

    message_id = models.CharField(max_length=64, unique=True)
    gateway_id = models.CharField(max_length=32)
    to = models.CharField(max_length=20, db_index=True)
    body = models.TextField()
    accepted_at = models.DateTimeField()
    report_url = models.CharField(max_length=300)
    delivered = models.BooleanField()
    reason = models.CharField(max_length=40, blank=True)

    objects: ClassVar[models.Manager["Text"]] = models.Manager()


class TextReport(models.Model):
    """What the sender is to be told of a text; fields as those of `Notice`."""

    text = models.ForeignKey(Text, models.CASCADE, related_name="reports")
    delivered = models.BooleanField()
    reason = models.CharField(max_length=40, blank=True)
    due_at = models.FloatField(db_index=True)
    held = models.BooleanField(default=False)
    sends_left = models.IntegerField(default=1)
    attempts = models.IntegerField(default=0)
    state = models.CharField(max_length=10, default="waiting")
    last_answer = models.CharField(max_length=200, blank=True)

    objects: ClassVar[models.Manager["TextReport"]] = models.Manager()
