"""Centres are schemas: what is entered in one is not seen in another, and the path chooses."""

import pytest
from django.db import connection
from django.test import Client

from hpf.access.tenancy import CentreInfo, NoCentre, UnknownCentre, current_centre, in_centre


def test_current_centre(centre: CentreInfo) -> None:
    assert current_centre() == centre == CentreInfo("hangzhou", "杭州住房公积金管理中心")


def test_outside_any_centre(db: None) -> None:
    with pytest.raises(NoCentre):
        current_centre()


def test_unknown_centre(db: None) -> None:
    with pytest.raises(UnknownCentre), in_centre("atlantis"):
        pass


def test_healthz_is_shared(db: None, client: Client) -> None:
    assert client.get("/healthz").content == b"ok"


@pytest.mark.parametrize("path", ["/atlantis/", "/atlantis", "/public/", "/pg_catalog/"])
def test_unknown_first_segment_is_404(db: None, client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_process_is_not_the_owner(centre: CentreInfo) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema")
        assert cursor.fetchone() == ("hpf_app", "hangzhou")
