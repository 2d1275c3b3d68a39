#!/bin/sh
# Makes the working copy runnable: Python packages by hash, fonts and a browser where it may. Does nothing the second
# time. What could not be had is said, with what then does not work.
set -eu
cd "$(dirname "$0")/.."

stamp=.venv/.ready
wanted=$({ cat requirements/dev.txt package-lock.json tools/setup.sh; sed '/^\[tool/,$d' pyproject.toml; } | sha256sum | cut -d' ' -f1)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi

say() { printf '%s\n' "set-up: $*"; }
may_apt() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }
has_font() { command -v fc-list >/dev/null && fc-list | grep -qi "$1"; }
has_browser() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
find_python() { # the first that really runs: version managers leave names that do not
    for name in python3.11 python3.12 python3.13 python3.14 python3; do
        "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$name"; return; }
    done
}
python=$(find_python)
[ -n "$python" ] || { say "Python 3.11 or later is needed"; exit 1; }

missing=""
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
has_font 'noto.*cjk' || missing="$missing fonts-noto-cjk"
has_font 'hanamin' || missing="$missing fonts-hanazono"
has_browser || missing="$missing chromium"
if [ -n "$missing" ] && may_apt; then
    say "installing$missing"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } \
        >/dev/null 2>&1 || say "apt-get could not install all of:$missing"
    command -v fc-cache >/dev/null && fc-cache -f
fi

"$python" -c 'import ensurepip, venv' 2>/dev/null || { say "Python's venv is missing: install python3-venv"; exit 1; }
if ! has_font 'noto.*cjk' && [ ! -d node_modules/@expo-google-fonts ]; then
    if command -v npm >/dev/null && npm ci --no-audit --no-fund --silent; then
        say "Chinese typefaces come from npm; rare characters beyond them need fonts-hanazono"
    else
        say "no Chinese typefaces: slips and certificates cannot be printed (install fonts-noto-cjk)"
    fi
fi
has_font 'hanamin' || say "fonts-hanazono is missing: names with rare characters such as 𠮷 cannot be printed"
has_browser || say "chromium is missing: browser tests and pictures are not run"

[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install -qq --require-hashes -r requirements/dev.txt
.venv/bin/python -m pip install -qq --no-deps --no-build-isolation -e .
printf '%s\n' "$wanted" >"$stamp"
say "ready"
