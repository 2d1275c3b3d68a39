"""Addresses of the desk, all below `desk/` of a centre; every one is guarded by `staff`, except leaving."""

from django.urls import URLPattern, path

from hpf.web.desk import account, books, cases, console, login, logins, papers, review, reviews, sms

urlpatterns: list[URLPattern] = [
    path("", console.workbench, name="desk"),
    path("logout/", login.leave, name="desk-logout"),
    path("account/", account.page, name="desk-account"),
    path("account/codes/", account.codes, name="desk-codes"),
    path("staff/", logins.page, name="desk-staff"),
    path("staff/add/", logins.add, name="desk-staff-add"),
    path("staff/<int:user_id>/", logins.one, name="desk-staff-one"),
    path("staff/<int:user_id>/change/", logins.change, name="desk-staff-change"),
    path("runs/", console.runs, name="desk-runs"),
    path("runs/<int:run_id>/", console.run, name="desk-run"),
    path("runs/<int:run_id>/again/", console.again, name="desk-run-again"),
    path("reviews/", reviews.page, name="desk-reviews"),
    path("reviews/<str:no>/", review.page, name="desk-review"),
    path("reviews/<str:no>/take/", reviews.take, name="desk-review-take"),
    path("reviews/<str:no>/hand-over/", reviews.hand_over, name="desk-review-hand-over"),
    path("reviews/<str:no>/mark/", review.mark, name="desk-review-mark"),
    path("reviews/<str:no>/decide/", review.decide, name="desk-review-decide"),
    path("reviews/<str:no>/reveal/", review.reveal, name="desk-review-reveal"),
    path("reviews/<str:no>/papers/<int:paper_id>/", review.paper, name="desk-review-paper"),
    path("cases/", cases.page, name="desk-cases"),
    path("cases/<str:no>/", cases.case_page, name="desk-case"),
    path("cases/<str:no>/decide/", cases.decide, name="desk-decide"),
    path("cases/<str:no>/material/", cases.material, name="desk-material"),
    path("cases/<str:no>/reveal/", cases.reveal, name="desk-case-reveal"),
    path("texts/", sms.page, name="desk-texts"),
    path("texts/again/", sms.all_again, name="desk-texts-again"),
    path("texts/<int:text_id>/again/", sms.again, name="desk-text-again"),
    path("receipts/", books.receipts, name="desk-receipts"),
    path("books/", books.books, name="desk-books"),
    path("documents/", papers.page, name="desk-papers"),
    path("documents/<str:no>/", papers.one, name="desk-paper"),
    path("documents/<str:no>/pdf/", papers.pdf, name="desk-paper-pdf"),
    path("documents/<str:no>/revoke/", papers.ask, name="desk-paper-revoke"),
    path("documents/<str:no>/decide/", papers.decide, name="desk-paper-decide"),
]
