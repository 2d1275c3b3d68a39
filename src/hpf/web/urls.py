"""Addresses of this package that belong to no centre: the way in, and in the demo the style page."""

from django.conf import settings
from django.urls import URLPattern, path

from hpf.web import callbacks, kit
from hpf.web.desk import login as desk_login
from hpf.web.hall import home

urlpatterns: list[URLPattern] = [
    path("", home.front, name="front"),
    path("login/", home.shared_login, name="shared-login"),
    path("desk-login", desk_login.page, name="desk-login"),
    path("desk-login/code", desk_login.code, name="desk-login-code"),
    path("desk-login/setup", desk_login.set_up, name="desk-login-setup"),
    path("callbacks/cashier/<str:centre>", callbacks.cashier, name="cashier-notices"),
    path("callbacks/sms/<str:centre>", callbacks.sms, name="sms-reports"),
]
if settings.DEMO:
    urlpatterns += [path("kit/", kit.show, name="kit"), path("kit/<str:page>", kit.show, name="kit-page")]
