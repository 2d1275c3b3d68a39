"""Addresses of the desk, all below `desk/` of a centre; every one is guarded by `staff`, except leaving."""

from django.urls import URLPattern, path

from hpf.web.desk import books, cases, console, login

urlpatterns: list[URLPattern] = [
    path("", console.workbench, name="desk"),
    path("logout/", login.leave, name="desk-logout"),
    path("runs/", console.runs, name="desk-runs"),
    path("runs/<int:run_id>/", console.run, name="desk-run"),
    path("runs/<int:run_id>/again/", console.again, name="desk-run-again"),
    path("cases/", cases.page, name="desk-cases"),
    path("cases/<str:no>/", cases.case_page, name="desk-case"),
    path("cases/<str:no>/decide/", cases.decide, name="desk-decide"),
    path("cases/<str:no>/material/", cases.material, name="desk-material"),
    path("cases/<str:no>/reveal/", cases.reveal, name="desk-case-reveal"),
    path("receipts/", books.receipts, name="desk-receipts"),
    path("books/", books.books, name="desk-books"),
]
