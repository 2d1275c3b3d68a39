"""Where this installation keeps its data, and whether it is a demo's; known before any setting is."""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
_CHECKOUT = PACKAGE.parent.parent
VAR = Path(os.environ.get("HPF_VAR") or (_CHECKOUT if (_CHECKOUT / "pyproject.toml").exists() else Path.cwd()) / "var")
"""The data directory: HPF_VAR, else `var` of the checkout or of the working directory."""

WORLD = VAR / "demo.world"
"""A data directory with this file is a demo's; it says where the demo's processes are."""
