"""Addresses of the policy pages of the desk; they stand among those of `urls`."""

from django.urls import URLPattern, path

from hpf.web.desk import policy, policy_changes, policy_versions

urlpatterns: list[URLPattern] = [
    path("policy/", policy.page, name="desk-policy"),
    path("policy/of/<str:leaf>/", policy.one, name="desk-policy-one"),
    path("policy/of/<str:leaf>/amend/", policy.amend, name="desk-policy-amend"),
    path("policy/changes/", policy_changes.page, name="desk-policy-changes"),
    path("policy/changes/<int:amendment_id>/", policy_changes.one, name="desk-policy-change"),
    path("policy/changes/<int:amendment_id>/decide/", policy_changes.decide, name="desk-policy-decide"),
    path("policy/versions/", policy_versions.page, name="desk-policy-versions"),
    path("policy/versions/<int:number>/", policy_versions.one, name="desk-policy-version"),
]
