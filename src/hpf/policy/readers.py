"""Reading the policy of the centre one is in: the packs with what the centre has amended since.

`book.load(code)` is the packs alone, for checks and tests; the running system asks here.
"""

from hpf.access.tenancy import current_centre
from hpf.policy import book
from hpf.policy.book import Rules


def current_rules(asker: str = "hpf") -> Rules:
    """The rules of the centre this thread is in, as they stand now; `asker` is named where a value is missing.

    Raises NoCentre outside any centre.
    """
    return book.load(current_centre().code, asker)
