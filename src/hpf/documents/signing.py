"""Signs issued documents with the centre's seal: PAdES, as a certification that allows no change whatever.

The picture of the seal is on the page already, so the signature has no appearance of its own. The key is read once per
process and centre (a signature then takes some 12 ms; reading the key each time would take ten times that).

Who signs is one setting (`HPF_SEAL["signer"]`): the path of a function that is given the centre and returns a `Signer`.
`open_seal` here signs in this process with RSA or P-256; a seal service, for SM2 as GB/T 38540 asks, takes its place by
its own function (docs/protocols/documents.md).
"""

import asyncio
import io
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.utils.module_loading import import_string

from hpf.access.tenancy import CentreInfo, current_centre
from hpf.documents.demo_seal import ensure_demo_seal

if TYPE_CHECKING:
    from pyhanko.sign.signers.pdf_cms import Signer as CmsSigner

_ROOM = 8192  # bytes kept free for the signature and its certificates; a chain of four RSA-4096 takes 7,000
_DER = serialization.Encoding.DER
_PYHANKO = (
    "pyhanko.pdf_utils.incremental_writer",
    "pyhanko.sign.fields",
    "pyhanko.sign.signers.pdf_cms",
    "pyhanko.sign.signers.pdf_signer",
    "pyhanko_certvalidator.registry",
)
"""What is imported when it is needed, because it takes half a second that a process which never signs should not
spend."""
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
T = TypeVar("T")


class SealUnusable(RuntimeError):
    """Key or certificate cannot be used; the message names the file or the setting and says why."""


@dataclass(frozen=True)
class Statement:
    """What a signature says besides who signed: why, where, in whose name, and when by the centre's clock (aware)."""

    reason: str
    location: str
    name: str
    at: datetime


class Signer(Protocol):
    """Something that seals finished PDFs in the name of one centre."""

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """DER, that of the signature first, its authority's last."""

    def sign(self, content: bytes, statement: Statement) -> bytes:
        """The whole signed document; `content` is its beginning, unchanged. Raises SealUnusable."""


def signer() -> Signer:
    """The signer of the current centre, opened once per process. Raises SealUnusable."""
    return _opened(current_centre(), Path(settings.VAR), tuple(settings.HPF_SEAL.items()))


def preload() -> None:
    """Imports what signing takes, in a process that others are forked from: they share it (15 MB), and the first slip
    of each is not half a second late.
    """
    for module in _PYHANKO:
        import_module(module)


def fingerprint(certificate: bytes) -> str:
    """The SHA-256 of a certificate (DER), by which it is known."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(certificate)
    return digest.finalize().hex()


def open_seal(centre: CentreInfo) -> Signer:
    """The seal whose files the settings name (`{centre}` in a path is the code), else the installation's own."""
    chosen = settings.HPF_SEAL
    if not chosen["certificate"]:
        key_file, chain_file = ensure_demo_seal(Path(settings.VAR) / "keys", centre.code, centre.name)
        return KeySigner(*_from_pem(key_file, chain_file, None))
    chain_file = Path(chosen["certificate"].format(centre=centre.code))
    password = chosen["password"].encode() or None
    if not chosen["key"]:
        return KeySigner(*_from_pkcs12(chain_file, password))
    return KeySigner(*_from_pem(Path(chosen["key"].format(centre=centre.code)), chain_file, password))


def check_seal(**_: object) -> list[CheckMessage]:
    """For `check --deploy`: a centre's documents should be signed with a certificate the world knows."""
    if settings.HPF_SEAL["certificate"] or settings.HPF_SEAL["signer"] != f"{__name__}.open_seal":
        return []
    text = "No seal is configured: documents are signed with a certificate of this installation's own."
    return [Warning(text, hint="Set HPF_SEAL_CERT and HPF_SEAL_KEY.", id="documents.W001")]


class KeySigner:
    """Signs with a key in this process's memory: RSA (PKCS #1 v1.5) or an elliptic curve, SHA-256."""

    def __init__(self, key: Key, chain: tuple[x509.Certificate, ...]) -> None:
        if key.public_key() != chain[0].public_key():
            raise SealUnusable("the seal's key is not the key of its certificate")
        self._chain = chain
        self._cms = _cms_signer(key, chain)

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """As `Signer` promises."""
        return tuple(certificate.public_bytes(_DER) for certificate in self._chain)

    def sign(self, content: bytes, statement: Statement) -> bytes:
        """As `Signer` promises."""
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415 - see _cms_signer
        from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter  # noqa: PLC0415
        from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes  # noqa: PLC0415
        from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner  # noqa: PLC0415

        own = self._chain[0]
        if not own.not_valid_before_utc <= statement.at <= own.not_valid_after_utc:
            raise SealUnusable(f"the seal's certificate is not valid at {statement.at:%Y-%m-%d}")
        meta = PdfSignatureMetadata(
            field_name="Seal",
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            reason=statement.reason,
            location=statement.location,
            name=statement.name,
        )
        session = PdfSigner(meta, self._cms).init_signing_session(IncrementalPdfFileWriter(io.BytesIO(content)))
        session.system_time = statement.at
        document = session.prepare_tbs_document(validation_info=None, bytes_reserved=_ROOM)
        prepared, out = document.digest_tbs_document()
        _finished(document.perform_signature(prepared.document_digest, PdfCMSSignedAttributes()))
        return cast(io.BytesIO, out).getvalue()


@cache
def _opened(centre: CentreInfo, var: Path, chosen: tuple[tuple[str, str], ...]) -> Signer:
    opener: Callable[[CentreInfo], Signer] = import_string(dict(chosen)["signer"])
    return opener(centre)


def _finished(work: Coroutine[Any, Any, object]) -> None:
    """Runs a coroutine to its end in a thread of its own: an event loop may be running in ours."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def _cms_signer(key: Key, chain: tuple[x509.Certificate, ...]) -> "CmsSigner":
    """pyHanko's signer over a key that stays loaded; its own reads the key again for every signature.

    pyHanko is imported here, not above: see _PYHANKO.
    """
    from asn1crypto.x509 import Certificate  # type: ignore[import-untyped]  # noqa: PLC0415
    from pyhanko.sign.signers.pdf_cms import Signer as CmsSigner  # noqa: PLC0415
    from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: PLC0415

    class LoadedKey(CmsSigner):
        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            if isinstance(key, rsa.RSAPrivateKey):
                return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
            return key.sign(data, ec.ECDSA(hashes.SHA256()))

    own, *others = (Certificate.load(certificate.public_bytes(_DER)) for certificate in chain)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(others)
    return LoadedKey(signing_cert=own, cert_registry=store)


def _from_pem(key_file: Path, chain_file: Path, password: bytes | None) -> tuple[Key, tuple[x509.Certificate, ...]]:
    key = _read(key_file, lambda content: serialization.load_pem_private_key(content, password))
    return _usable(key, key_file), tuple(_read(chain_file, x509.load_pem_x509_certificates))


def _from_pkcs12(file: Path, password: bytes | None) -> tuple[Key, tuple[x509.Certificate, ...]]:
    """Key and chain of one file, the chain put in order from the key's certificate upwards."""
    key, own, others = _read(file, lambda content: pkcs12.load_key_and_certificates(content, password))
    if own is None:
        raise SealUnusable(f"{file}: no certificate for the key")
    chain, left = [own], list(others)
    while issuers := [one for one in left if one.subject == chain[-1].issuer]:
        chain.append(issuers[0])
        left.remove(issuers[0])
    return _usable(key, file), tuple(chain)


def _read(file: Path, parse: Callable[[bytes], T]) -> T:
    try:
        return parse(file.read_bytes())
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:  # TypeError: password missing or too many
        raise SealUnusable(f"{file}: {error}") from error


def _usable(key: object, file: Path) -> Key:
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise SealUnusable(f"{file}: neither an RSA nor an elliptic curve key")
    return key
