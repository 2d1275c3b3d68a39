"""Refusals: precedence, texts, storage."""

import json

import pytest

from hpf.kernel.refusal import Reason, Refusal, Refused, Remedy


class Sample(Refusal):
    """Two refusals of a sample item."""

    NAME_TOO_LONG = Reason("姓名超长，最多{limit}个字", field="name", hint="请至{where}", remedy=Remedy.COUNTER)
    ELSEWHERE = Reason("存在正常缴存账户", field="id_no", remedy=Remedy.LATER)


def test_a_refusal_is_told_with_field_value_rule_and_remedy() -> None:
    refused = Sample.NAME_TOO_LONG.refuse(value="王" * 11, limit=10, where="柜面")
    assert refused == Refused("name_too_long", "姓名超长，最多10个字", "name", "王" * 11, "请至柜面", Remedy.COUNTER)
    assert refused.remedy.label == "请至中心柜面办理"
    assert Sample.ELSEWHERE.refuse(field="name").field == "name"


def test_order_of_definition_is_precedence() -> None:
    assert [member.precedence for member in Sample] == [0, 1]
    assert Sample.ELSEWHERE.code == "elsewhere" and Sample.ELSEWHERE.reason.hint == ""


def test_a_stored_refusal_comes_back_the_same() -> None:
    for refused in (Sample.ELSEWHERE.refuse(), Sample.NAME_TOO_LONG.refuse(value="x", limit=1, where="")):
        assert Refused.from_json(json.loads(json.dumps(refused.to_json()))) == refused


def test_a_missing_parameter_is_an_error_not_a_text_with_braces() -> None:
    with pytest.raises(KeyError):
        Sample.NAME_TOO_LONG.refuse(limit=10)


def test_two_refusals_with_one_reason_are_an_error() -> None:
    with pytest.raises(ValueError, match="duplicate"):

        class Twice(Refusal):
            """The second member would silently become the first."""

            A = Reason("一样")
            B = Reason("一样")
