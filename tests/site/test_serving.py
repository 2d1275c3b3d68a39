"""What gunicorn's master does before it forks its workers."""

import subprocess
import sys

from tests.server import Clone

ASK = """
import sys
from hpf.site import serving
assert not any(name.startswith("pyhanko") for name in sys.modules)
serving.on_starting(None)
import threading
print("pyhanko.sign.signers.pdf_signer" in sys.modules, threading.active_count())
"""


def test_workers_share_what_signing_imports_and_no_thread_is_left_behind(committed_centre: Clone) -> None:
    done = subprocess.run([sys.executable, "-c", ASK], env=committed_centre.env, capture_output=True, check=True)
    assert done.stdout.split()[-2:] == [b"True", b"1"]
