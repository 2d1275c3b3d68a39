"""The portal's list and the centres' catalogues name the same items, or a deep link leads nowhere."""

import pytest
import yaml
from tests.outside_world import ROOT

from hpf.site.catalogue import CATALOGUES


@pytest.mark.req("HZ-1.3-09", "HH-2-06")
def test_every_item_of_the_centres_opens_from_the_portal() -> None:
    """Each once, none that the centre does not offer."""
    listed = yaml.safe_load((ROOT / "demo" / "world.yaml").read_text())["portal_items"]
    for catalogue in CATALOGUES:
        codes = [item["code"] for item in listed if item.get("centre", "hangzhou") == catalogue.centre]
        assert sorted(codes) == sorted(offer.service.code for offer in catalogue.offers)
