"""A seal for who has none: a certificate authority of the installation's own and, by it, a certificate per centre.

Demo and tests sign with it, and so does an installation whose real seal is not configured yet. It proves that a
document comes from this installation and is unchanged; no reader of PDF knows the authority.
"""

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_AUTHORITY = "OpenHPF 自建根证书（仅供演示）"
_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)  # whatever a demo's clock shows
_PEM = serialization.Encoding.PEM


def ensure_demo_seal(directory: Path, code: str, name: str) -> tuple[Path, Path]:
    """The files of key and certificate chain of the centre `code` called `name`, made the first time.

    Several processes may ask at once. The key is readable by its owner only.
    """
    key, chain = directory / f"seal-{code}.key", directory / f"seal-{code}.pem"
    if not chain.exists():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (directory / ".seals.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not chain.exists():
                _make(directory, key, chain, f"{name}业务专用章", name)
    return key, chain


def _make(directory: Path, key_file: Path, chain_file: Path, common_name: str, organisation: str) -> None:
    authority_key, authority = _authority(directory)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(common_name, organisation)
    certificate = _certificate(subject, authority.subject, key.public_key(), authority_key, is_authority=False)
    _write(key_file, _key_pem(key))
    _write(chain_file, certificate.public_bytes(_PEM) + authority.public_bytes(_PEM))  # last: it says that all is there


def _authority(directory: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """The installation's authority, made with its first seal."""
    key_file, file = directory / "seal-authority.key", directory / "seal-authority.pem"
    if not file.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(_AUTHORITY, "OpenHPF")
        certificate = _certificate(subject, subject, key.public_key(), key, is_authority=True)
        _write(key_file, _key_pem(key))
        _write(file, certificate.public_bytes(_PEM))
    stored = serialization.load_pem_private_key(key_file.read_bytes(), None)
    assert isinstance(stored, ec.EllipticCurvePrivateKey)
    return stored, x509.load_pem_x509_certificate(file.read_bytes())


def _name(common_name: str, organisation: str) -> x509.Name:
    values = (
        (NameOID.COUNTRY_NAME, "CN"),
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.COMMON_NAME, common_name),
    )
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in values])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool,
) -> x509.Certificate:
    """A certificate that may sign documents, or certificates when it is the authority's."""
    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key)
    issuer_identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), _FROM, _UNTIL)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(issuer_identifier, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _write(path: Path, content: bytes) -> None:
    """All of the file or none of it, for its owner only."""
    making = path.with_suffix(f"{path.suffix}.{os.getpid()}")
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    making.replace(path)
