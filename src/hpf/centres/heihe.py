"""Heihe: what its manual offers to employers, in the order of its menu."""

from dataclasses import replace

from hpf.engine.catalogue import Catalogue, Offer
from hpf.items.account import opening_records, opening_reviewed
from hpf.items.contribution import funds
from hpf.items.enquiry import voucher

FUNDS = replace(funds.ITEM, listing=replace(funds.ITEM.listing, empty="尚无汇缴记录"))

CATALOGUE = Catalogue(
    centre="heihe",
    portal="黑龙江政务服务网",
    offers=(
        Offer(
            service=opening_reviewed.ITEM,
            serial="01",
            entry="个人开户",
            situation="个人账户设立（个人开户）",
            add="添加",
        ),
        Offer(service=opening_records.ITEM, situation="个人账户设立（个人开户）"),
        Offer(service=FUNDS, situation="单位住房公积金信息查询"),
        Offer(service=voucher.ITEM, serial="02", situation="汇缴"),
    ),
)
