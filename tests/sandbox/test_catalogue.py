"""The portal's list and the centre's catalogue name the same items, or a deep link leads nowhere."""

import pytest
import yaml
from tests.outside_world import ROOT

from hpf.centres.hangzhou import CATALOGUE


@pytest.mark.req("HZ-1.3-09")
def test_every_item_of_the_centre_opens_from_the_portal() -> None:
    """Each once, none that the centre does not offer."""
    listed = [item["code"] for item in yaml.safe_load((ROOT / "demo" / "world.yaml").read_text())["portal_items"]]
    assert sorted(listed) == sorted(offer.service.code for offer in CATALOGUE.offers)
