"""个人住房公积金账户启封: an item without a form; reopening is handled with opening (HZ-2.3)."""

from hpf.engine import declare

ITEM = declare.Redirect(
    code="account.reopening",
    title="个人住房公积金账户启封",
    requirement="HZ-2.3",
    group=declare.Group.ACCOUNT,
    text="职工账户启封请通过事项“个人住房公积金账户设立”办理职工登记，系统将自动启封其已封存的账户。",
    to="account.opening",
)
