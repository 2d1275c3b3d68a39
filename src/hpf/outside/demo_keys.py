"""Keys for demo and tests: both sides of every signature in one directory. In production each party brings its own.

`python -m hpf.outside.demo_keys DIRECTORY` makes them by hand; the demo makes them at its first start.
"""

import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

PAIRS = ("merchant", "platform", "portal")


def ensure_demo_keys(directory: Path) -> Path:
    """The directory with every demo key, made whole or not at all; several processes may ask at once.

    Files: `{merchant,platform,portal}.{key,pub}.pem` (RSA 2048), `apiv3.txt` (32 characters), `sandbox.secret.txt`.
    """
    if directory.is_dir():
        return directory
    directory.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    for name in PAIRS:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (fresh / f"{name}.key.pem").write_bytes(private)
        (fresh / f"{name}.pub.pem").write_bytes(public)
    (fresh / "apiv3.txt").write_text(secrets.token_hex(16))
    (fresh / "sandbox.secret.txt").write_text(secrets.token_urlsafe(48))
    for path in fresh.iterdir():
        path.chmod(0o600)
    try:
        fresh.rename(directory)
    except OSError:
        shutil.rmtree(fresh)
        if not directory.is_dir():
            raise
    return directory


if __name__ == "__main__":
    ensure_demo_keys(Path(sys.argv[1]))
