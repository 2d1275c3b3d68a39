"""Who of an employer hands in and who checks (单位内部复核): the questions that submission, check and pages ask."""

from typing import Any

from hpf.access import readers as access
from hpf.engine.declare import Item
from hpf.kernel.money import Money
from hpf.parties.facts import AgentFacts, EmployerAccountFacts


def agent_of(user_id: int | None, account: EmployerAccountFacts) -> AgentFacts | None:
    """The agent behind a login; None for a program, and for whoever is not an agent of this employer."""
    identity = access.identity(user_id) if user_id is not None else None
    return next((one for one in account.agents if identity and one.id_no == identity.id_no), None)


def amount_asked(item: Item[Any, Any, Any], amount_fen: int) -> Money | None:
    """The amount of a case that the limit of the employer is held against; None for an item without amounts."""
    return Money(amount_fen) if any(shown.totalled for shown in item.shown) else None


def checkers(account: EmployerAccountFacts, made_by: int | None) -> list[AgentFacts]:
    """The agents who may check a case that this login has made: never its maker, whatever login they use."""
    maker = agent_of(made_by, account)
    return [one for one in account.agents if account.may_check(one) and (maker is None or one.id != maker.id)]
