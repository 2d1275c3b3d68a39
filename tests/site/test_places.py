"""A demo's data directory: commands are the demo's there, and whoever only reads the settings (a test) is not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.server import Clone


@pytest.mark.parametrize("world", [True, False])
def test_a_command_in_a_demos_directory_is_the_demos(committed_centre: Clone, tmp_path: Path, world: bool) -> None:
    if world:
        (tmp_path / "demo.world").write_text("{}")
    env = {**committed_centre.env, "HPF_VAR": str(tmp_path), "HPF_SECRET_KEY": "k" * 60}
    del env["HPF_DEMO"]
    command = [sys.executable, "-m", "hpf.site.cli", "clock", "move"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert ("the moment is missing" if world else "this is not a demo world") in done.stderr


def test_the_settings_alone_are_nobodys_demo(tmp_path: Path) -> None:
    (tmp_path / "demo.world").write_text('{"hall": "http://127.0.0.1:1", "sandbox": "http://127.0.0.1:2"}')
    env = {**os.environ, "HPF_VAR": str(tmp_path)}
    env.pop("HPF_DEMO", None)
    script = "from hpf.site import settings; print(settings.DEMO, repr(settings.SANDBOX_URL))"
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "''"]
