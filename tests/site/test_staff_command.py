"""`hpf staff`: the first administrator of a centre, and somebody who has lost password and telephone."""

from argparse import ArgumentParser

import pytest
from tests import personas

from hpf.access import second_factor
from hpf.access.actor import Role
from hpf.access.models import User
from hpf.access.readers import staff
from hpf.kernel.clock import FixedClock
from hpf.site.commands import staff as command


def run(*words: str) -> int:
    """The command as typed."""
    parser = ArgumentParser()
    command.arguments(parser)
    return command.run(parser.parse_args([*words, "--centre", personas.CENTRE]))


def test_the_first_administrator_begins_with_a_printed_password(
    centre: object, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("add", "--login", "chief", "--name", "顾守正") == 0
    given = capsys.readouterr().out.strip()
    user = User.objects.get(username="chief")
    assert user.check_password(given) and user.initial_password
    second_factor.plant(user.pk, second_factor.new_secret())
    (chief,) = staff(personas.CENTRE)
    assert chief.roles == {Role.ADMIN} and chief.second_factor
    assert run("list") == 0 and "chief\t顾守正\tadmin\tsecond factor" in capsys.readouterr().out
    assert run("reset", "--login", "chief") == 0
    assert User.objects.get(username="chief").check_password(capsys.readouterr().out.strip())
    assert not second_factor.holders([user.pk])


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("add", "--login", "Chief", "--name", "顾"), "登录名"),
        (("add", "--login", "chief", "--name", "顾", "--role", "boss"), "boss"),
        (("add", "--login", "chief", "--name", "顾", "--role", "admin", "--role", "auditor"), "不能由同一人兼任"),
        (("reset", "--login", "nobody"), "keeps no login nobody"),
    ],
)
def test_what_cannot_be_done_is_told(
    centre: object, clock: FixedClock, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], why: str
) -> None:
    assert run(*words) == 1
    assert why in capsys.readouterr().err and staff(personas.CENTRE) == []
