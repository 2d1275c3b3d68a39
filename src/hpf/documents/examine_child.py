"""The process that takes an uploaded PDF apart: limits itself, reads standard input, writes one line of JSON, ends.

Files made to harm parsers are sent to public pages, so nothing else lives here. Run as a script, isolated, with the
limits as arguments (memory bytes, CPU seconds, objects) and the task: `harmless` looks for what could act or is hidden
inside and says {}; `signature` and the certificates to trust (DER in hexadecimal) give {"signature": {…} | null}, as
`examine.Signature` has it. A refusal is {"error": kind}. It may also die without a word.
"""

import hashlib
import io
import json
import logging
import resource
import sys
from typing import Any

from pyhanko.pdf_utils.decode_limits import DecodeLimits
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject
from pyhanko.pdf_utils.misc import PdfDecodeLimitError, PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

_ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/XFA"})
_ACTIVE_KINDS = frozenset({"/JavaScript", "/Launch", "/RichMediaExecute"})
_INSIDE = frozenset({"/EmbeddedFiles", "/EF"})


class Refused(Exception):
    """The file is not to be looked at further; the message is one of the kinds that the parent has a text for."""


def main(memory: int, cpu: int, objects: int, task: str, trusted: list[str]) -> None:
    """Examine the PDF on standard input within these limits and say what it is on standard output."""
    for kind, limit in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, cpu), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(kind, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)
    answer: dict[str, Any]
    try:
        reader = _opened(sys.stdin.buffer.read())
        inside = _INSIDE if task == "harmless" else frozenset()
        _search(reader, objects, inside)
        answer = {"signature": _signature(reader, trusted)} if task == "signature" else {}
    except Refused as problem:
        answer = {"error": str(problem)}
    except (MemoryError, PdfDecodeLimitError):
        answer = {"error": "too-big"}
    except (PdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError):
        answer = {"error": "damaged"}  # a parser that trips over nonsense trips in any of these ways
    sys.stdout.write(json.dumps(answer) + "\n")


def _opened(content: bytes) -> PdfFileReader:
    reader = PdfFileReader(io.BytesIO(content), strict=False, decode_limits=DecodeLimits.for_untrusted_input())
    if reader.encrypted:
        raise Refused("encrypted")
    return reader


def _search(reader: PdfFileReader, most: int, inside: frozenset[str]) -> None:
    """Goes through everything that can be reached, without unpacking contents, and refuses what could act, and what
    has one of the keys `inside`.
    """
    left: list[PdfObject] = [reader.root]
    seen: set[tuple[int, int]] = set()
    count = 0
    while left:
        one = left.pop()
        count += 1
        if count > most:
            raise Refused("too-big")
        if isinstance(one, IndirectObject):
            if (one.idnum, one.generation) not in seen:
                seen.add((one.idnum, one.generation))
                left.append(reader.get_object(one.reference))  # type: ignore[no-untyped-call]
        elif isinstance(one, DictionaryObject):  # streams are dictionaries too
            if _ACTIVE_KEYS & one.keys() or (one.raw_get("/S") if "/S" in one else "") in _ACTIVE_KINDS:
                raise Refused("active")
            if inside & one.keys():
                raise Refused("attachment")
            left.extend(one.raw_get(key) for key in one)
        elif isinstance(one, ArrayObject):
            left.extend(one.raw_get(place) for place in range(len(one)))


def _signature(reader: PdfFileReader, trusted: list[str]) -> dict[str, Any] | None:
    """What the first signature is worth; later ones count as something appended. None when there is none."""
    from asn1crypto.x509 import Certificate  # type: ignore[import-untyped]  # noqa: PLC0415 - half of a start's time
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # noqa: PLC0415
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    signatures = reader.embedded_signatures
    if not signatures:
        return None
    signature, roots = signatures[0], [Certificate.load(bytes.fromhex(one)) for one in trusted]
    first, _, start, length = map(int, signature.sig_object["/ByteRange"])
    answer = {"certificate": "", "holder": "", "trusted": False, "good": False, "whole": False,
              "end": start + length if first == 0 else 0}  # fmt: skip
    try:
        certificate = signature.signer_cert
        answer["certificate"] = hashlib.sha256(certificate.dump()).hexdigest()
        answer["holder"] = _holder(certificate)
        context = ValidationContext(trust_roots=roots, moment=signature.self_reported_timestamp, allow_fetching=False)
        status = validate_pdf_signature(signature, context, skip_diff=True)
    except (PdfError, ValueError, LookupError, TypeError):  # nonsense in place of a signature
        return answer
    answer["trusted"], answer["good"] = bool(status.trusted), bool(status.bottom_line)
    answer["whole"] = len(signatures) == 1 and status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    return answer


def _holder(certificate: Any) -> str:
    """The organisation that a certificate was issued to, else its common name."""
    names = certificate.subject.native
    return str(names.get("organization_name") or names.get("common_name") or "")[:100]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5:])
