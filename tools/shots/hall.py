"""An agent's month in Hangzhou: opening accounts from a workbook, the month's due, paying it by QR code."""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser
from tools.shots.walk import Walk


def walk(browser: Browser, address: str, env: dict[str, str]) -> list[str]:
    """The walk; errors of pages and server."""
    walk = Walk(browser, address, "hangzhou", "1-")
    walk.come_in("e03")
    walk.take("workbench")
    for path, name in (("services/", "services"), ("help/", "help"), ("items/account.reopening/", "redirect")):
        walk.go(path, name)
    _open_accounts(walk, env)
    _pay(walk)
    for path, name in (
        ("items/account.opening_query/", "opening-query"),
        ("items/contribution.orders/", "orders"),
        ("items/enquiry.voucher/", "voucher-form"),
        ("cases/", "cases"),
        ("inbox/", "inbox"),
        ("checking/", "checking"),
        ("tokens/", "tokens"),
        ("receivers/", "receivers"),
        ("nowhere/", "not-found"),
    ):
        walk.go(path, name)
    return [b for b in walk.bad if "404" not in b and "422" not in b]


def _open_accounts(walk: Walk, env: dict[str, str]) -> None:
    page = walk.page
    walk.go("items/account.opening/", "opening-form")
    walk.press("账户设立（杭州）")
    walk.take("opening-empty-list")
    page.fill("input[name=name]", "Tom 张")
    page.fill("input[name=id_no]", "330106199003070011")
    page.fill("input[name=wage]", "0")
    walk.press("保存")
    walk.take("opening-errors")
    with tempfile.TemporaryDirectory() as folder:
        roster = Path(folder) / "roster.xlsx"
        words = ["demo", "roster", "--employer", "E03", "--rows", "60", "--bad", "7", "--out", str(roster)]
        subprocess.run([sys.executable, "-m", "hpf.site.cli", *words], check=True, env=env, stdout=subprocess.DEVNULL)
        walk.go("items/account.opening/", "opening-form-again")
        walk.press("账户设立（杭州）")
        walk.press("导入 excel")
        page.set_input_files("input[type=file]", roster)
        walk.take("opening-import")
        walk.press("开始导入")
        page.locator("text=导入结果").first.wait_for()
    walk.take("opening-imported")
    page.locator("button:has-text('确认')").last.click()
    page.wait_for_load_state()
    walk.take("opening-confirmed")
    walk.tick()
    walk.press("下一步")
    walk.take("materials")
    _upload(walk)
    walk.take("materials-uploaded")
    walk.press("下一步")
    walk.take("confirm")
    walk.press("提交")
    walk.take("case-submitted")
    page.wait_for_timeout(4000)
    page.reload()
    walk.take("case-concluded")


def _upload(walk: Walk) -> None:
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "清册.png"
        walk.page.screenshot(path=picture)
        walk.page.locator("main input[type=file]").first.set_input_files(picture)
        walk.page.locator("main button:has-text('上传')").first.click()
        walk.page.locator("main a:has-text('清册.png')").first.wait_for()


def _pay(walk: Walk) -> None:
    page = walk.page
    walk.go("items/contribution.funds/", "funds")
    page.locator("main table tbody a").first.click()
    page.wait_for_load_state()
    walk.take("people-of-due")
    walk.go("items/contribution.settlement/", "settlement-form")
    page.locator("main button:has-text('送缴结算'), main a:has-text('送缴结算')").last.click()
    page.wait_for_load_state()
    walk.take("settlement-choose")
    page.locator("main table tbody input[type=checkbox]").first.check()
    walk.take("settlement-chosen")
    walk.press("确定")
    walk.take("settlement-summary")
    walk.press("下一步")
    walk.take("settlement-materials")
    walk.press("下一步")
    walk.take("settlement-confirm")
    walk.press("提交")
    page.wait_for_timeout(3000)
    if "/pay/" not in page.url:
        page.reload()
        walk.press("支付")
    walk.take("pay-channels")
    page.locator("input[value=qr]").first.check()
    walk.press("去支付")
    page.wait_for_timeout(1000)
    walk.take("pay-qr")
    _scan(walk, str(page.locator("main a[href*='/cashier/']").first.get_attribute("href")))
    page.reload()
    page.locator("text=支付成功").first.wait_for()
    walk.take("paid")


def _scan(walk: Walk, address: str) -> None:
    """Pays in another page, as the telephone that scans the code does."""
    hall, walk.page = walk.page, walk.page.context.new_page()
    walk.page.goto(address)
    walk.take("scanned")
    walk.page.locator("main a, main button").first.click()
    walk.page.wait_for_load_state()
    walk.take("wallet")
    walk.press("确认付款")
    walk.take("wallet-paid")
    walk.page.close()
    walk.page = hall
