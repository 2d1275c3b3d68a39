"""Who acts: handed as the first argument to every verb that writes, and kept in the trail."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """What sort of party acts."""

    AGENT = "agent"
    STAFF = "staff"
    SYSTEM = "system"


class Channel(StrEnum):
    """The way a matter came in; the value is stored, the label is shown."""

    ONLINE = "online"
    COUNTER = "counter"

    @property
    def label(self) -> str:
        """网上 or 柜面."""
        return {"online": "网上", "counter": "柜面"}[self.value]


class Role(StrEnum):
    """What a member of the centre's staff may do; the value is stored, the label is shown."""

    TELLER = "teller"
    REVIEWER = "reviewer"
    ACCOUNTANT = "accountant"
    BATCH = "batch"
    ADMIN = "admin"
    POLICY = "policy"
    AUDITOR = "auditor"

    @property
    def label(self) -> str:
        """The name of the post on the desk's screens."""
        return {
            "teller": "柜员",
            "reviewer": "审核",
            "accountant": "会计",
            "batch": "批处理操作员",
            "admin": "系统管理员",
            "policy": "政策管理",
            "auditor": "稽核",
        }[self.value]


DUTIES = (
    frozenset({Role.TELLER, Role.REVIEWER}),
    frozenset({Role.ACCOUNTANT, Role.BATCH}),
    frozenset({Role.ADMIN}),
    frozenset({Role.POLICY}),
    frozenset({Role.AUDITOR}),
)
"""Whose roles one person may hold together: cases, the books and their runs, logins, policy, and looking on.
Nobody has two."""


@dataclass(frozen=True)
class Actor:
    """The acting party of one request, job or command.

    `user_id` is the login (None for the system); `employer_id` the employer an agent stands for just now.
    """

    kind: ActorKind
    user_id: int | None
    name: str
    channel: Channel
    roles: frozenset[Role] = frozenset()
    employer_id: int | None = None

    @classmethod
    def system(cls, name: str) -> "Actor":
        """The system itself, by the name of the run: `Actor.system("next-day batch")`."""
        return cls(ActorKind.SYSTEM, None, name, Channel.ONLINE)

    @classmethod
    def agent(cls, user_id: int, name: str, employer_id: int) -> "Actor":
        """An employer's agent in the hall."""
        return cls(ActorKind.AGENT, user_id, name, Channel.ONLINE, employer_id=employer_id)

    @classmethod
    def staff(cls, user_id: int, name: str, roles: frozenset[Role]) -> "Actor":
        """A member of the centre's staff at the desk."""
        return cls(ActorKind.STAFF, user_id, name, Channel.COUNTER, roles=roles)
