"""`hpf policy` prints versions and values; `hpf migrate` refuses a book that its amendments no longer fit."""

from argparse import ArgumentParser, Namespace
from datetime import date, datetime

import pytest
from django.db import connection

from hpf.access.actor import Actor, Role
from hpf.kernel.clock import TZ
from hpf.policy import changes
from hpf.policy.facts import Change
from hpf.policy.proposals import Proposal
from hpf.policy.readers import forget_pin
from hpf.site.commands import migrate, policy

NOW = datetime(2026, 11, 16, 9, 30, tzinfo=TZ)


def asked(*words: str) -> Namespace:
    """The command line, parsed."""
    parser = ArgumentParser()
    policy.arguments(parser)
    return parser.parse_args(words)


def amended() -> None:
    """A cap from July 2027 on."""
    one, other = (Actor.staff(number, "某", frozenset({Role.POLICY})) for number in (1, 2))
    change = Change("base_cap", date(2027, 7, 1), 43000, date(2028, 6, 30))
    made = changes.propose(one, NOW, Proposal(change, "通知"), None)
    changes.approve(other, NOW, made, 0, lambda _: None)


def test_versions_and_values(centre: object, capsys: pytest.CaptureFixture[str]) -> None:
    amended()
    assert policy.run(asked("versions", "--centre", "hangzhou")) == 0
    newest, oldest = capsys.readouterr().out.splitlines()
    assert newest.endswith("base_cap from 2027-07-01: 43000") and oldest.endswith("the packs")
    assert policy.run(asked("show", "base_cap", "--centre", "hangzhou")) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "hangzhou\tbase_cap\t2027-07-01\t43000", "hangzhou\tbase_cap\tuntil 2028-06-30"
    ]  # fmt: skip
    assert policy.run(asked("show", "nothing")) == 1
    assert "hangzhou has no leaf nothing" in capsys.readouterr().err


def test_an_update_whose_packs_the_amendments_do_not_fit_is_told(
    centre: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert migrate.check_policy() == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO policy_amendment (leaf, first_day, value, source, proposed_by_id, proposed_by, proposed_at)"
            " VALUES ('gone', '2026-01-01', '1', '通知', 1, '甲', now()) RETURNING id"
        )
        made = cursor.fetchone()
        cursor.execute("INSERT INTO policy_ruling VALUES (%s, 'approved', 2, '乙', now(), '')", made)
        cursor.execute("INSERT INTO policy_version (fingerprint, made_at, amendment_id) VALUES (1, now(), %s)", made)
    forget_pin()
    assert migrate.check_policy() == 1
    assert "gone, which the packs no longer have" in capsys.readouterr().err
