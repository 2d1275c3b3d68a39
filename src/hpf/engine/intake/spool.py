"""Keeps a large workbook on disk from its upload until it has been read.

It is full of personal data, so it goes as soon as the work on it ends; what a killed process left behind goes when the
next one comes a day later.
"""

import secrets
import shutil
from pathlib import Path

from django.conf import settings

from hpf.access.tenancy import current_centre

_DAY = 86_400


def keep(source: Path | bytes) -> str:
    """Stores a file under a name of its own; the name."""
    name, directory = secrets.token_hex(16), path_of("")
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / name
    if isinstance(source, Path):
        shutil.copyfile(source, path)
    else:
        path.write_bytes(source)
    path.chmod(0o600)
    _sweep(path)
    return name


def path_of(name: str) -> Path:
    """Where the file of this name lies, in the current centre."""
    return Path(settings.VAR) / "workbooks" / current_centre().code / name


def drop(name: str) -> None:
    """Removes a file; again, or for work without one, it does nothing."""
    if name:
        path_of(name).unlink(missing_ok=True)


def _sweep(newest: Path) -> None:
    """Removes what is a day older than the newest file."""
    limit = newest.stat().st_mtime - _DAY
    for path in newest.parent.iterdir():
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
