"""What comes out of the printer: every field in its order, rare characters, every row of a list, a QR code."""

import io
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
from tests.documents.paper import printed_qr, qr_of
from tests.documents.samples import IMPRINT, SLIP, people, voucher

from hpf.documents.facts import from_json, to_json
from hpf.documents.fonts import MissingGlyphs, font_status, missing_glyphs
from hpf.documents.forms import payment_slip
from hpf.documents.render import pdf, roster_pdf, slip_pdf
from hpf.documents.seal import seal_svg
from hpf.kernel.money import Money
from hpf.kernel.month import Month

pytestmark = pytest.mark.skipif(not font_status().usable, reason=f"not run: {font_status().text}")


def _pages(content: bytes) -> list[str]:
    """The text of each page, without the spaces that typesetting puts between Chinese and digits."""
    return [page.extract_text().replace(" ", "") for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def test_the_slip_has_all_fields_of_the_paper_in_its_order() -> None:
    (text,) = _pages(slip_pdf(payment_slip(SLIP), IMPRINT))
    expected = (
        "住房公积金汇（补）缴款凭证 凭证号 HJ2026112100001857 业务流水号 2026112100000018 打印日期 2026年11月21日 "
        "单位名称 杭州西子精密机械制造有限公司 单位账号 330100086421 统一社会信用代码 91330102MA3C5RTX1K "
        "付款银行 中国工商银行杭州西湖支行 付款账号 收款单位 杭州住房公积金管理中心 收款银行 中国建设银行杭州之江支行 "
        "收款账号 33001616783059000667 资金性质 住房公积金 缴存类型 汇缴 缴存年月（起止） 2026年11月 人数（人次） 500 "
        "单位缴存额 ¥186,432.25 个人缴存额 ¥186,432.25 合计（小写） ¥372,864.50 "
        "合计（大写） 人民币叁拾柒万贰仟捌佰陆拾肆元伍角整 其中预缴抵扣 ¥0.00 结算方式 送缴（对公网银） "
        "入账日期 2026年11月23日 经办人 王䶮 备注 验证码 7KQ4-9MXD-2HTB"
    )
    at = 0
    for part in expected.split():
        at = text.find(part, at)
        assert at >= 0, f"{part} missing or out of order"


@pytest.mark.req("HZ-2.15.4-08")
def test_the_slip_tells_where_the_persons_are_listed() -> None:
    (text,) = _pages(slip_pdf(payment_slip(SLIP), IMPRINT))
    assert "个人明细请在“缴存资金查询”中查看" in text


def test_the_payers_account_is_masked() -> None:
    (text,) = _pages(slip_pdf(payment_slip(SLIP), IMPRINT))
    assert "3456" in text
    assert "1202020209900123456" not in text


def test_several_months_are_printed_as_a_range() -> None:
    (text,) = _pages(slip_pdf(payment_slip(replace(SLIP, first_month=Month(2026, 1))), IMPRINT))
    assert "2026年01月至2026年11月" in text


@pytest.mark.parametrize(
    ("employer_part", "personal_part", "capitals"),
    [
        ("1409.50", "0", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.13", "0.01", "人民币陆仟零柒元壹角肆分"),
        ("100001000.00", "0.30", "人民币壹亿零壹仟元零叁角整"),
        ("0", "0", "人民币零元整"),
    ],
)
def test_the_total_in_capitals_is_the_sum_of_both_parts(employer_part: str, personal_part: str, capitals: str) -> None:
    slip = replace(SLIP, employer_part=Money.parse(employer_part), personal_part=Money.parse(personal_part))
    (text,) = _pages(slip_pdf(payment_slip(slip), IMPRINT))
    assert capitals in text


@pytest.mark.skipif(not font_status().rare, reason="not run: HanaMin is not installed")
@pytest.mark.parametrize(
    "name", ["王䶮", "李㛃", "陈𬭎", "𠮷田", "赵𬱖", "杨㼆", "马𫘧", "高𬍛", "何𣎴", "买买提·阿里"]
)
def test_rare_characters_in_names_are_printed(name: str) -> None:
    assert missing_glyphs(name) == ""
    (text,) = _pages(slip_pdf(payment_slip(replace(SLIP, handler=name)), IMPRINT))
    assert name in text


def test_a_character_that_cannot_be_drawn_is_refused_before_printing() -> None:
    with pytest.raises(MissingGlyphs, match="\U00030000") as refused:
        slip_pdf(payment_slip(replace(SLIP, handler="王\U00030000")), IMPRINT)
    assert refused.value.characters == "\U00030000"


def test_typed_text_never_becomes_a_command() -> None:
    typed = '#image("x") $x$ *a* _b_ <c> @d \\ ] [ " //'
    (text,) = _pages(slip_pdf(payment_slip(replace(SLIP, remark=typed)), IMPRINT))
    assert typed.replace(" ", "") in text


def test_the_same_data_give_the_same_bytes() -> None:
    again = from_json(to_json(payment_slip(SLIP)))
    assert pdf(again, IMPRINT) == slip_pdf(payment_slip(SLIP), IMPRINT)


def test_the_printed_qr_code_is_the_address_of_the_verification_page(tmp_path: Path) -> None:
    content = slip_pdf(payment_slip(SLIP), IMPRINT)
    assert printed_qr(content, tmp_path) == qr_of(IMPRINT.verify_url)


def test_the_seal_carries_outlines_only_and_refuses_what_it_cannot_draw() -> None:
    svg = seal_svg("杭州住房公积金管理中心")
    assert "<text" not in svg
    assert svg != seal_svg("黑河市住房公积金管理中心")
    with pytest.raises(MissingGlyphs):
        seal_svg("杭州\U00030000中心")


def test_a_voucher_lists_every_row_it_is_given_and_numbers_its_pages() -> None:
    rows = people(61)
    pages = _pages(roster_pdf(voucher(rows, portion="第1批/共2批"), IMPRINT))
    text = "".join(pages)
    assert all(row[2] in text for row in rows)
    assert [f"第{n}页/共{len(pages)}页" in page for n, page in enumerate(pages, start=1)] == [True] * len(pages)
    head = "2026112100000018 杭州西子精密机械制造有限公司 330100086421 2026-11 2026-12 网上 第1批/共2批 61笔"
    assert all(part in text for part in head.split())


@pytest.mark.parametrize("count", [1, 20, 21, 22, 23, 24, 400, 401])
def test_no_row_is_lost_at_the_edge_of_a_page_or_of_the_process(count: int) -> None:
    text = "".join(_pages(roster_pdf(voucher(people(count)), IMPRINT)))
    assert [text.count(f"3301061990{n:08d}") for n in range(1, count + 1)] == [1] * count


def test_a_long_name_is_set_smaller_and_whole() -> None:
    name = "尼格买提·热合曼·阿布都克里木江·买买提艾力"
    rows = [people(3)[0], ("2", name, "330106199000000002", "1.00"), people(3)[2]]
    (text,) = _pages(roster_pdf(voucher(rows), IMPRINT))
    assert name in text.replace("\n", "")
