"""What can be booked: the chart of accounts and the closed list of voucher kinds with their legs. Pure, no Django.

Numbers and entries follow the fund's accounting rules (domain.md 3.2, 3.3). Every kind debits one account and credits
one other.
"""

from enum import IntEnum


class Account(IntEnum):
    """Accounts of the chart, each kept by a sub-account of its own kind."""

    BANK = 101
    """住房公积金存款, by number of the centre's bank account."""
    HPF = 201
    """住房公积金, the liability to the people, by employer account; its sub-ledger are the movements."""
    PURSES = 219
    """其他应付款—单位缴存往来: what an employer account has in hand."""
    UNKNOWN = 21901
    """其他应付款—暂收: money that came in for nobody we know."""

    @property
    def label(self) -> str:
        """The account's name in the books."""
        return {
            101: "住房公积金存款",
            201: "住房公积金",
            219: "其他应付款—单位缴存往来",
            21901: "其他应付款—暂收",
        }[self.value]


class VoucherKind(IntEnum):
    """The closed list of what can be posted; the number is stored."""

    OPENING = 1
    """Balances brought in from an older system."""
    RECEIPT = 2
    """Money came in for an employer account."""
    RECEIPT_UNKNOWN = 3
    """Money came in and nobody knows for whom."""
    REMITTANCE = 4
    """A month's regular due is credited to the people."""
    BACK_PAY = 5
    """A back-pay due, missed or short, is credited to the people."""

    @property
    def label(self) -> str:
        """What a statement calls it."""
        return _KINDS[self][0]

    @property
    def debit(self) -> Account:
        """The account that is debited (positive legs)."""
        return _KINDS[self][1]

    @property
    def credit(self) -> Account:
        """The account that is credited (negative legs)."""
        return _KINDS[self][2]


_KINDS: dict[VoucherKind, tuple[str, Account, Account]] = {
    VoucherKind.OPENING: ("期初余额", Account.BANK, Account.HPF),
    VoucherKind.RECEIPT: ("缴存到账", Account.BANK, Account.PURSES),
    VoucherKind.RECEIPT_UNKNOWN: ("暂收款到账", Account.BANK, Account.UNKNOWN),
    VoucherKind.REMITTANCE: ("汇缴入账", Account.PURSES, Account.HPF),
    VoucherKind.BACK_PAY: ("补缴入账", Account.PURSES, Account.HPF),
}
