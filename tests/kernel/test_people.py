"""Numbers of identity papers, names, mobile numbers, credit codes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpf.kernel.credit import CreditCode
from hpf.kernel.identity import (
    IdNumber,
    IdProblem,
    IdType,
    Sex,
    check_digit,
    check_id,
    check_resident_id,
    upgrade_15,
)
from hpf.kernel.names import NameProblem, check_name, is_mobile, mask_name, mask_phone, normal_name
from hpf.kernel.text import clean, is_han

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "440524188001010014",
        "37010219900307421x",
        "３７０１０２１９９００３０７４２１Ｘ",
        " 370102 19900307 421X ",
    ],
)
def test_right_numbers_in_any_spelling(text: str) -> None:
    assert check_resident_id(text, TODAY) is None


@pytest.mark.req("HZ-2.4.1-28")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", IdProblem.FORM),
        ("37010219900307421", IdProblem.FORM),
        ("37010219900307421Y", IdProblem.FORM),
        ("3701021990030742X1", IdProblem.FORM),
        ("370102199003074211X", IdProblem.FORM),
        ("²70102199003074215", IdProblem.REGION),
        ("370102900307421", IdProblem.OLD_FORM),
        ("990102199003074213", IdProblem.REGION),
        ("810000199003074219", IdProblem.REGION),
        ("370102199002304212", IdProblem.BIRTH_DATE),
        ("370102202701014217", IdProblem.FUTURE),
        ("370102180001014217", IdProblem.TOO_OLD),
        ("370102199003074210", IdProblem.CHECK_DIGIT),
    ],
)
def test_each_fault_of_a_resident_id_is_named(text: str, problem: IdProblem) -> None:
    assert check_resident_id(text, TODAY) is problem


def _with_check(first_17: str) -> str:
    return first_17 + check_digit(first_17)


def test_the_day_itself_is_not_the_future() -> None:
    assert check_resident_id(_with_check("37010220261121001"), TODAY) is None
    assert check_resident_id(_with_check("37010220261122001"), TODAY) is IdProblem.FUTURE


@pytest.mark.req("HZ-2.4.1-27")
def test_residence_permits_of_each_region() -> None:
    hong_kong, taiwan = "810000199408230021", "830000199201300022"
    assert check_id(IdType.HK_MACAO, hong_kong, TODAY) is None
    assert check_id(IdType.HK_MACAO, "820000199003074210", TODAY) is None
    assert check_id(IdType.TAIWAN, taiwan, TODAY) is None
    assert check_id(IdType.TAIWAN, hong_kong, TODAY) is IdProblem.REGION
    assert check_id(IdType.HK_MACAO, taiwan, TODAY) is IdProblem.REGION
    assert check_id(IdType.HK_MACAO, _with_check("81000119940823002"), TODAY) is IdProblem.REGION


def test_permits_of_foreigners_new_and_old() -> None:
    new = _with_check("93384019900307421")
    assert check_id(IdType.FOREIGN_RESIDENT, new, TODAY) is None
    assert IdNumber(IdType.FOREIGN_RESIDENT, new).birth_date == date(1990, 3, 7)
    assert check_id(IdType.FOREIGN_RESIDENT, "usa310090030712", TODAY) is None
    assert check_id(IdType.FOREIGN_RESIDENT, "USA310090133112", TODAY) is IdProblem.BIRTH_DATE
    assert check_id(IdType.FOREIGN_RESIDENT, "11010519491231002X", TODAY) is IdProblem.REGION
    assert IdNumber.of(IdType.FOREIGN_RESIDENT, "USA310090030712").birth_date is None


def test_papers_without_a_check_digit_are_held_to_a_form() -> None:
    assert check_id(IdType.PASSPORT, "E12345678", TODAY) is None
    assert check_id(IdType.OFFICER, "军字第12345678号", TODAY) is None
    assert check_id(IdType.PASSPORT, "<E1>", TODAY) is IdProblem.PAPER_FORM


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_passes(born: date, serial: int, place: int, shift: int) -> None:
    right = _with_check(f"330102{born:%Y%m%d}{serial:03d}")
    assert check_resident_id(right, TODAY) is None
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    assert check_resident_id(wrong, TODAY) is not None


@given(st.text(max_size=25))
def test_no_text_breaks_the_checks(text: str) -> None:
    for id_type in IdType:
        check_id(id_type, text, TODAY)


def test_what_a_number_says() -> None:
    number = IdNumber.of(IdType.RESIDENT, "37010219900307421x")
    assert (number.number, number.birth_date, number.sex) == ("37010219900307421X", date(1990, 3, 7), Sex.MALE)
    assert number.masked() == "370102********421X"
    assert IdNumber.of(IdType.RESIDENT, "11010519491231002X").sex is Sex.FEMALE
    passport = IdNumber.of(IdType.PASSPORT, "e12345678")
    assert (passport.birth_date, passport.sex, passport.masked()) == (None, None, "E1*****78")
    assert IdNumber(IdType.OTHER, "AB1").masked() == "AB1"


def test_old_numbers_are_upgraded() -> None:
    assert upgrade_15("110105491231002") == "11010519491231002X"
    for wrong in ("110105491331002", "11010549123100", "11010519491231002X"):
        with pytest.raises(ValueError, match="15-digit"):
            upgrade_15(wrong)


@pytest.mark.req("HZ-2.4.1-22", "HZ-2.4.1-24")
def test_a_name_may_have_ten_characters_rare_ones_count_one() -> None:
    assert check_name("𠮷" * 10, 10) is None
    assert check_name("王" * 11, 10) is NameProblem.TOO_LONG
    assert NameProblem.TOO_LONG.value == "姓名超长，请至中心柜面办理"


@pytest.mark.req("HZ-2.4.1-23", "HZ-2.4.1-25")
@pytest.mark.parametrize("name", ["王 明", "王1", "王A", "王Ａ", "阿依·木", "王*", "", "王\ue000", "王😀", "王々"])
def test_a_name_holds_nothing_but_han(name: str) -> None:
    assert check_name(normal_name(name), 10) is NameProblem.ILLEGAL_CHARACTERS
    assert NameProblem.ILLEGAL_CHARACTERS.value == "存在非法字符，不得提交"


@pytest.mark.parametrize("name", ["王䶮", "𠮷田", "李㛃", "陈𬭎", "武〇"])
def test_rare_characters_are_names(name: str) -> None:
    assert is_han(name) and check_name(normal_name(name), 10) is None


def test_a_centre_may_take_dots_and_latin_letters() -> None:
    for dot in "·•・":
        assert check_name(normal_name(f"买买提{dot}吐尔逊"), 30, allow_dot_latin=True) is None
    assert check_name("Anna", 30, allow_dot_latin=True) is None
    for wrong in ("·王", "王·", "王··明", "王 明", "王1", ""):
        assert check_name(wrong, 30, allow_dot_latin=True) is NameProblem.ILLEGAL_CHARACTERS


def test_names_and_phones_in_lists() -> None:
    assert [mask_name(name) for name in ("", "王", "张三", "王小明", "欧阳小明")] == ["", "*", "张*", "王*明", "欧**明"]
    assert mask_phone("13812341234") == "138****1234"
    assert mask_phone("88120000") == "******00"
    assert is_mobile("13812341234")
    assert not any(
        is_mobile(wrong) for wrong in ("1381234123", "12812341234", "١٣٨١٢٣٤١٢٣٤", "138 12341234", "138123412345")
    )


def test_clean_text() -> None:
    assert clean("\ufeff　王\u200b小\t明\n ") == "王小明"
    assert clean("Ａ　Ｂ") == "A B"


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    "text", ["91110108551385082Q", "91330100799655058b", "9144 0300 1922038216", "９１３３０１００７９９６５５０５８Ｂ"]
)
def test_right_credit_codes(text: str) -> None:
    assert len(str(CreditCode.parse(text))) == 18


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "18位"), ("91110108551385082", "18位"), ("I1110108551385082Q", "18位"), ("91110108551385083Q", "校验位")],
)
def test_wrong_credit_codes(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        CreditCode.parse(text)
