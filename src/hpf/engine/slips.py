"""The payment voucher of a due (缴款凭证): what dues, policy and the employer say, put on the paper's form."""

from datetime import datetime

from hpf.access.actor import Actor
from hpf.documents import changes as documents
from hpf.documents.facts import DocumentKind, Issued, SlipData
from hpf.documents.forms import PaymentSlip, payment_slip
from hpf.dues import readers as dues
from hpf.dues.facts import SlipFacts
from hpf.kernel.clock import TZ
from hpf.parties.facts import EmployerAccountFacts
from hpf.policy.parameters import DayRules


def issue_payment_voucher(
    actor: Actor, at: datetime, due_id: int, applicant: EmployerAccountFacts, rules: DayRules, handler: str
) -> Issued:
    """The voucher of a settled and credited due: the one issued before, else a new one (HZ-2.8.1.5-09, HZ-2.15.4).

    Raises `dues.readers.UnknownDue` for a due that is not, or that is another employer account's.
    """
    data = _slip(dues.slip_facts(due_id, applicant.id), applicant, rules, handler)
    return documents.issue(actor, at, DocumentKind.PAYMENT_SLIP, str(due_id), data, applicant.id)


def _slip(facts: SlipFacts, applicant: EmployerAccountFacts, rules: DayRules, handler: str) -> SlipData:
    due, receipt, order = facts.due, facts.receipt, facts.order
    branch = rules.branch(applicant.branch_code)
    method = rules.texts.deposit_method(due.method.value)
    if order is not None and order.channel is not None:
        method = f"{method}（{order.channel.label}）"
    return payment_slip(
        PaymentSlip(
            centre=rules.centre_name,
            business_no=due.code,
            employer=applicant.name,
            employer_account=applicant.account_no,
            credit_code=applicant.credit_code,
            payer_bank=receipt.payer_bank if receipt else applicant.bank_name,
            payer_account=receipt.payer_account if receipt else applicant.bank_account,
            payee=rules.centre_name,
            payee_bank=branch.bank,
            payee_account=facts.payee_account or branch.bank_account,
            fund=due.fund.label,
            kind=due.kind.label,
            first_month=facts.first_month,
            last_month=facts.last_month,
            heads=facts.lines,
            employer_part=due.employer_part,
            personal_part=due.personal_part,
            prepaid=due.prepaid,
            method=method,
            credited_on=due.credited_at.astimezone(TZ).date() if due.credited_at else None,
            handler=handler,
            remark=due.note,
        )
    )
