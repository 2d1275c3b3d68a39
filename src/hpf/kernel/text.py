"""Text as it comes from keyboards and workbooks, made comparable: full-width letters, stray spaces, invisible signs."""

import re
import unicodedata

# Ideographs of Unicode 15.1 and 〇, which stands in names. Python 3.11 knows only Unicode 14, hence ranges.
_HAN = re.compile(
    "[\u3007\u3400-\u4dbf\u4e00-\u9fff\ufa0e\ufa0f\ufa11\ufa13\ufa14\ufa1f\ufa21\ufa23\ufa24\ufa27-\ufa29"
    "\U00020000-\U0002a6df\U0002a700-\U0002ee5d\U00030000-\U000323af]+"
)


def clean(text: str) -> str:
    """`text` in NFKC, without control and invisible format characters, without space around it.

    Spaces inside stay (as ordinary spaces): whether they are allowed is the field's affair.
    """
    if text.isascii() and text.isprintable():  # most cells of most workbooks
        return text.strip()
    visible = text
    if not text.isprintable():
        visible = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cf"))
    return unicodedata.normalize("NFKC", visible).strip()


def words_of(text: str) -> str:
    """What people wrote, on one line, with its full-width punctuation unlike `clean`: sentences, not numbers."""
    return " ".join("".join(sign for sign in text if sign.isprintable() or sign.isspace()).split())


def is_han(text: str) -> bool:
    """Whether `text` is one or more Chinese characters and nothing else, rare ones (𠮷, 䶮) included."""
    return _HAN.fullmatch(text) is not None
