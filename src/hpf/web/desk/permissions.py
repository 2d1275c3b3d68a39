"""Who may see and do what at the desk: the one table, asked by every view, the menu and the page 岗位权限.

No role can do everything, and `access.actor.DUTIES` keeps apart what one person may not hold together. Whoever hands
out logins handles no case and sees nobody's data; whoever looks on reads everything and changes nothing.
"""

from dataclasses import dataclass

from hpf.access.actor import Role


@dataclass(frozen=True, slots=True)
class Right:
    """Something that can be seen (`changes` False) or done at the desk, and the roles that may."""

    label: str
    roles: frozenset[Role]
    changes: bool = False


def _sees(label: str, *roles: Role) -> Right:
    return Right(label, frozenset({*roles, Role.AUDITOR}))


def _does(label: str, *roles: Role) -> Right:
    return Right(label, frozenset(roles), changes=True)


EVERYBODY = Right("工作台、批处理运行情况", frozenset(Role))
CASES = _sees("办件及材料（含个人信息）", Role.TELLER, Role.REVIEWER)
DECIDERS = _does("处理需人工核实的记录", Role.TELLER, Role.REVIEWER)
REVIEWERS = _does("领取、移交、审核办件", Role.REVIEWER)
OPERATORS = _does("重新运行批处理", Role.BATCH)
TEXTS = _sees("短信发送情况（号码和金额打码）", Role.TELLER, Role.BATCH)
RESENDERS = _does("重发短信", Role.BATCH)
BOOKS = _sees("到账、账务核对", Role.ACCOUNTANT)
DOCUMENTS = _sees("凭证（含个人信息）", Role.TELLER, Role.REVIEWER)
REVOKERS = _does("提出作废凭证", Role.TELLER, Role.REVIEWER)
REVOCATION_CHECKERS = _does("复核他人提出的作废凭证", Role.REVIEWER)
TRAIL = _sees("操作留痕")
PARAMETERS = Right("参数与政策、修改记录、政策版本", frozenset(Role))
POLICY_MAKERS = _does("提出参数修改；批准他人提出的修改", Role.POLICY)
LOGINS = _sees("工作人员名册、岗位权限", Role.ADMIN)
ADMINISTRATORS = _does("新增工作人员、授予岗位、重置密码和动态口令", Role.ADMIN)

TABLE = (EVERYBODY, CASES, DECIDERS, REVIEWERS, OPERATORS, TEXTS, RESENDERS, BOOKS, DOCUMENTS, REVOKERS,
         REVOCATION_CHECKERS, PARAMETERS, POLICY_MAKERS, LOGINS, ADMINISTRATORS, TRAIL)  # fmt: skip
"""All rights, in the order shown."""
