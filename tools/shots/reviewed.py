"""Heihe: an opening that the centre's reviewer returns with reasons, put right by the agent, and passed."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser
from tools.shots.walk import Walk

PEOPLE = (("高远", "231102199003070016", "M60"), ("何秀英", "231102199108150020", "F55"))


def walk(browser: Browser, address: str) -> list[str]:
    """The walk of the two; errors of pages and server."""
    agent, reviewer = Walk(browser, address, "heihe", "4-"), Walk(browser, address, "heihe", "5-")
    agent.come_in("k01")
    agent.visit(("", "workbench"), ("services/", "services"), ("items/account.opening_reviewed/", "form"))
    _apply(agent)
    reviewer.come_to_the_desk("hh-reviewer")
    reviewer.take("desk")
    _return(reviewer)
    agent.page.reload()
    agent.take("returned")
    _correct(agent)
    _pass(reviewer)
    agent.page.reload()
    agent.take("concluded")
    agent.visit(("items/account.opening_records/", "records"), ("cases/", "cases"))
    return [problem for problem in agent.bad + reviewer.bad if "422" not in problem]


def _apply(walk: Walk) -> None:
    walk.page.locator("main form button, main a.btn.primary").last.click()
    walk.page.wait_for_load_state()
    walk.take("empty-list")
    for name, id_no, retire in PEOPLE:
        _enter(walk, name, id_no, retire)
    walk.take("list")
    walk.page.locator("button:has-text('确认')").last.click()
    walk.page.wait_for_load_state()
    walk.take("confirmed")
    walk.press("下一步")
    walk.take("materials")
    _papers(walk)
    walk.take("materials-uploaded")
    walk.press("下一步")
    walk.take("confirm")
    walk.press("提交")
    walk.page.wait_for_timeout(1500)
    walk.page.reload()
    walk.take("awaiting-review")


def _enter(walk: Walk, name: str, id_no: str, retire: str) -> None:
    page = walk.page
    fields = {"id_no": id_no, "name": name, "first_work": "2015-07-01", "base": "6000.00", "phone": "13800001111"}
    for key, value in fields.items():
        page.fill(f"main [name={key}]", value)
    page.select_option("main [name=arrival]", "transfer")
    page.select_option("main [name=retire]", retire)
    walk.press("添加")
    page.locator(f"main table:has-text('{name}')").first.wait_for()


def _papers(walk: Walk) -> None:
    """Everybody's 征信授权书 under the id number, then the other papers; each picture is another one."""
    names = [[f"{id_no}.jpg" for _, id_no, _ in PEOPLE], ["清册.jpg"], ["身份证.jpg"]]
    with tempfile.TemporaryDirectory() as folder:
        for slot, name in ((slot, name) for slot, of_slot in enumerate(names) for name in of_slot):
            walk.page.screenshot(path=Path(folder) / name, type="jpeg")
            walk.page.locator("main input[type=file]").nth(slot).set_input_files(Path(folder) / name)
            with walk.page.expect_navigation():
                walk.page.locator("main button:has-text('上传')").nth(slot).click()


def _return(walk: Walk) -> None:
    walk.go("desk/reviews/", "reviews")
    walk.page.locator("main table tbody a").first.click()
    walk.page.wait_for_load_state()
    walk.press("领取后审核")
    walk.take("review")
    walk.press("放大")
    walk.take("review-zoomed")
    walk.page.locator("button[value=good]").first.click()
    walk.page.wait_for_load_state()
    walk.page.locator("section#view input[type=text], section#view select, section#view textarea").last.fill(
        "征信授权书字迹不清"
    )
    walk.page.locator("section#view button[value=bad]").click()
    walk.page.wait_for_load_state()
    walk.take("review-marked")
    walk.press("退回单位")
    walk.take("review-without-reason")
    walk.page.locator(".decide textarea, .decide input[type=text]").last.fill("请重新拍摄第2笔的征信授权书")
    walk.press("退回单位")
    walk.take("review-returned")


def _correct(walk: Walk) -> None:
    walk.press("修改后重新提交")
    walk.take("correcting")
    walk.page.locator("button:has-text('确认')").last.click()
    walk.page.wait_for_load_state()
    walk.press("下一步")
    walk.take("materials-again")
    walk.press("下一步")
    walk.press("提交")
    walk.page.wait_for_timeout(1500)
    walk.page.reload()


def _pass(walk: Walk) -> None:
    walk.page.goto(f"{walk.hall}/desk/reviews/")
    walk.page.locator("main table tbody a").first.click()
    walk.page.wait_for_load_state()
    walk.press("领取后审核")
    for _ in PEOPLE:
        walk.page.locator("section#view button[value=good]").click()
        walk.page.wait_for_load_state()
    walk.take("review-all-good")
    walk.press("审核通过")
    walk.take("review-passed")
    walk.page.wait_for_timeout(3000)
