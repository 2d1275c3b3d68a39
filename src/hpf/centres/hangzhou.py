"""Hangzhou: what its manual offers to employers, in the order of its menu."""

from hpf.engine.catalogue import Catalogue, Offer
from hpf.items.account import opening, opening_query, reopening
from hpf.items.contribution import funds, orders, settlement
from hpf.items.enquiry import voucher

CATALOGUE = Catalogue(
    centre="hangzhou",
    portal="浙江政务服务网",
    offers=(
        Offer(
            service=opening.ITEM,
            serial="11",
            entry="账户设立（杭州）",
            situation="个人住房公积金账户设立",
        ),
        Offer(service=opening_query.ITEM, situation="个人住房公积金账户设立"),
        Offer(service=reopening.ITEM, situation="个人住房公积金账户启封"),
        Offer(service=funds.ITEM, entry="补缴（杭州）", situation="补缴"),
        Offer(service=settlement.ITEM, serial="24", entry="送缴结算", situation="送缴结算"),
        Offer(service=orders.ITEM, entry="送缴结算", situation="送缴结算"),
        Offer(service=voucher.ITEM, serial="44", situation="汇补缴凭证打印"),
    ),
)
