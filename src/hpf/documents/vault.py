"""Keeps files by the hash of their content, per centre, under `VAR`: issued documents and uploaded materials.

Files rather than columns: a large city prints hundreds of gigabytes a year, which would slow every backup of the books,
and a file that exists is never changed. The row holds the hash, so a damaged or exchanged file is noticed on reading.
A file is written before its row is committed; one whose transaction failed is litter, never a missing document.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings

from hpf.access.tenancy import current_centre


class FileLost(RuntimeError):
    """A stored file is missing or no longer what was stored; the message names it."""


class Vault:
    """The files of one kind; always those of the current centre."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def put(self, content: bytes) -> str:
        """Stores the content once and returns its SHA-256."""
        digest = digest_of(content)
        path = self._path(digest)
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(path)
        return digest

    def get(self, digest: str) -> bytes:
        """The content, checked against its hash. Raises FileLost."""
        path = self._path(digest)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise FileLost(f"{self._kind}: {digest} is missing") from None
        if digest_of(content) != digest:
            raise FileLost(f"{self._kind}: {digest} has been changed")
        return content

    def drop(self, digest: str) -> None:
        """Removes the content; that nothing refers to it any more is the caller's business."""
        self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return Path(settings.VAR) / self._kind / current_centre().code / digest[:2] / digest


def digest_of(content: bytes) -> str:
    """The name a content is kept under: its SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


DOCUMENTS = Vault("documents")
MATERIALS = Vault("materials")
