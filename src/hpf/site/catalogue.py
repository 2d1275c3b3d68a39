"""The catalogues of all centres, handed to everybody below: adding a city is one line here."""

from hpf.centres import hangzhou, heihe
from hpf.engine.catalogue import Catalogue, install

CATALOGUES: tuple[Catalogue, ...] = (hangzhou.CATALOGUE, heihe.CATALOGUE)


def install_catalogues() -> None:
    """Called once per process, when the applications are ready."""
    install({catalogue.centre: catalogue for catalogue in CATALOGUES})
