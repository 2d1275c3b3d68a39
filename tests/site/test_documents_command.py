"""`hpf documents` as an administrator types it."""

from argparse import ArgumentParser
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings
from tests.documents.samples import AT, SLIP

from hpf.access.actor import Actor
from hpf.access.tenancy import CentreInfo
from hpf.documents import changes, readers
from hpf.documents.fonts import font_status
from hpf.documents.forms import payment_slip
from hpf.kernel.clock import FixedClock
from hpf.site.commands import documents

pytestmark = pytest.mark.skipif(not font_status().usable, reason=f"not run: {font_status().text}")


@pytest.fixture(autouse=True)
def _var(centre: CentreInfo, clock: FixedClock, settings: Settings, tmp_path: Path) -> None:
    settings.VAR = tmp_path


def _hpf(*words: str) -> int:
    parser = ArgumentParser()
    documents.arguments(parser)
    return documents.run(parser.parse_args(words))


def test_a_document_is_revoked_once_and_the_refusal_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    issued = changes.issue(Actor.agent(7, "王芳", 3), AT, "payment_slip", "41", payment_slip(SLIP))
    words = ("revoke", "--centre", "hangzhou", "--by", "陆知秋", issued.no, "单位名称有误")
    assert _hpf(*words) == 0
    assert "已作废，单位名称有误" in capsys.readouterr().out
    revoked = readers.document_by_no(issued.no)
    assert revoked is not None
    assert revoked.revoked_reason == "单位名称有误"
    assert _hpf(*words) == 1
    assert "作废" in capsys.readouterr().err
    assert _hpf("revoke", "--centre", "nowhere", "--by", "陆知秋", issued.no, "有误") == 1


def test_the_seal_of_each_centre_is_shown(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    assert _hpf("seal") == 0
    assert "杭州住房公积金管理中心业务专用章" in capsys.readouterr().out
    settings.HPF_SEAL = {**settings.HPF_SEAL, "certificate": "/nowhere/seal.p12"}
    assert _hpf("seal") == 1
    assert "/nowhere/seal.p12" in capsys.readouterr().err
