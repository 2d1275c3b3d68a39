"""Addresses of the simulated outside world; those of the payment networks are where the networks have them."""

from django.urls import include, path

from sandbox import cashier_api, cashier_pages, portal, remote, sms_pages

urlpatterns = [
    path("", portal.home, name="home"),
    path("login/", portal.log_in, name="account_login"),
    path("login/again/", portal.log_in, name="account_reauthenticate"),
    path("logout/", portal.log_out, name="account_logout"),
    path("", include("allauth.idp.urls")),
    path("v3/pay/transactions/native", cashier_api.native),
    path("v3/pay/transactions/out-trade-no/<str:out_trade_no>", cashier_api.query),
    path("v3/pay/transactions/out-trade-no/<str:out_trade_no>/close", cashier_api.close),
    path("gateway.do", cashier_api.gateway),
    path("cashier/bank/<str:token>/", cashier_pages.bank, name="bank"),
    path("cashier/code/<str:token>/", cashier_pages.code, name="code"),
    path("cashier/q/<str:token>/", cashier_pages.scan, name="scan"),
    path("sms/v1/messages", sms_pages.take),
    path("sms/", sms_pages.phones, name="phones"),
    path("api/sms", sms_pages.told),
    path("bank/statement/", remote.statement, name="statement"),
    path("switches/", remote.switches_page, name="switches"),
    path("idle", remote.idle),
    path("clock", remote.tell_clock),
    path("api/switches", remote.set_switches),
    path("api/reset", remote.reset),
    path("api/release", remote.release),
    path("api/orders/<str:out_trade_no>", remote.order_told),
    path("api/orders/<str:out_trade_no>/pay", remote.pay_order),
    path("api/statement", remote.statement_told),
]
