"""What is uploaded as a paper is refused with reasons or taken; a hostile PDF is only ever opened by the child."""

import pytest
from tests.documents.hostile import plain
from tests.documents.hostile_uploads import HOSTILE_UPLOADS, TAKEN, jpg, png

from hpf.access.tenancy import CentreInfo
from hpf.documents.examine import MATERIAL_LIMITS, ExamineLimits, check_harmless
from hpf.documents.facts import MaterialLimits, MaterialRefused
from hpf.documents.uploads import check_upload

LIMITS = MaterialLimits(frozenset({"jpg", "png", "pdf"}), max_bytes=10 << 20)


@pytest.mark.parametrize("what", HOSTILE_UPLOADS)
def test_hostile_uploads_are_refused_with_advice(centre: CentreInfo, what: str) -> None:
    words, make = HOSTILE_UPLOADS[what]
    with pytest.raises(MaterialRefused) as refused:
        check_upload(make(), LIMITS)
    assert words in str(refused.value) and "请" in str(refused.value)


@pytest.mark.parametrize("what", TAKEN)
def test_ordinary_ones_are_taken(centre: CentreInfo, what: str) -> None:
    assert check_upload(TAKEN[what](), LIMITS) in LIMITS.types


@pytest.mark.parametrize("wrong", [png(40, 30), plain()])
def test_of_a_paper_that_has_to_be_a_jpg_the_content_counts(centre: CentreInfo, wrong: bytes) -> None:
    only = MaterialLimits(frozenset({"jpg"}), max_bytes=10 << 20)
    assert check_upload(jpg(40, 30), only) == "jpg"
    with pytest.raises(MaterialRefused, match="改扩展名不改变格式；只能上传 jpg 格式的文件"):
        check_upload(wrong, only)


def test_when_there_is_no_room_for_a_child_the_user_is_asked_to_try_again(centre: CentreInfo) -> None:
    with pytest.raises(MaterialRefused, match="请稍后重新上传"):
        check_harmless(plain(), ExamineLimits(at_a_time=0))
    assert MATERIAL_LIMITS.patience > MATERIAL_LIMITS.cpu_seconds, "whoever waits outlasts the one before"
