"""Tells anybody whether a document is this centre's and still counts, by its code or by the PDF itself (domain 7.2).

Whoever has the code, or the very bytes, has the paper; so what is on the paper may be shown, and nothing else is.
"""

from collections.abc import Mapping
from datetime import datetime

from hpf.documents import readers
from hpf.documents.examine import LIMITS, ExamineLimits, Signature, examine
from hpf.documents.facts import Confirmed, Examination, Verdict
from hpf.documents.signing import signer
from hpf.documents.tries import CODES, FILES, count_try
from hpf.documents.vault import digest_of


def confirm_code(typed: str, address: str, at: datetime) -> Confirmed | None:
    """The document with this code; None when there is none, which counts as a guess from `address`.

    Raises TooManyTries, before anything is looked up.
    """
    one = count_try(CODES, address, at)
    found = readers.confirmed_by_code(typed)
    if found is not None:
        one.give_back()
    return found


def examine_file(content: bytes, address: str, at: datetime, limits: ExamineLimits = LIMITS) -> Examination:
    """What an uploaded PDF is. Each upload counts, whatever it is: it costs a process. Raises TooManyTries, PdfRefused.

    Every document issued is in the register by its hash, so that decides; the signature tells the rest apart.
    """
    count_try(FILES, address, at)
    own = readers.seal_certificates()
    signature = examine(content, [signer().certificates[-1], *own.values()], limits)
    found = readers.confirmed_by_digest(digest_of(content))
    if found is not None:
        return Examination(Verdict.GENUINE, found, signed=_is_good(signature, own))
    if signature is None:
        return Examination(Verdict.UNSIGNED)
    if signature.certificate not in own:
        is_known = signature.trusted
        return Examination(Verdict.OTHER_CENTRE, signer=signature.holder) if is_known else Examination(Verdict.FOREIGN)
    if _is_good(signature, own):
        return Examination(Verdict.UNREGISTERED)
    original = readers.confirmed_by_digest(digest_of(content[: signature.end]))
    return Examination(Verdict.APPENDED, original) if original else Examination(Verdict.CHANGED)


def _is_good(signature: Signature | None, own: Mapping[str, bytes]) -> bool:
    return signature is not None and signature.good and signature.whole and signature.certificate in own
