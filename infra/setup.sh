#!/bin/sh
# Makes the virtual environment of this repository and installs the pinned packages and the given distributions.
# Safe to interrupt: an installation that did not reach its end is begun anew.
set -eu

suitable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
        if suitable "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    {
        echo "No suitable Python was found${PYTHON:+ ($PYTHON is not one)}: Ieum needs Python 3.11 or newer with its venv and ensurepip modules."
        echo "On Debian or Ubuntu install python3 and python3-venv; elsewhere name one with: make setup PYTHON=/path/to/python3"
    } >&2
    exit 1
}

# Written last: where it is missing, an installation was interrupted; where it names another folder, that folder moved.
complete=$VENV/complete
if [ "$(cat "$complete" 2>/dev/null)" != "$PWD" ] || ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    echo "Making a virtual environment in $VENV with $python." >&2
    rm -rf "$VENV"
    "$python" -m venv "$VENV" </dev/null
fi

rm -f "$complete" "$VENV"/ready-*
pip="$VENV/bin/python -m pip --disable-pip-version-check --no-input --quiet install"
echo "Installing the pinned packages (500 MB on disk; one to five minutes the first time, seconds afterwards)." >&2
$pip --require-hashes -r requirements-dev.lock </dev/null
for distribution in "$@"; do
    set -- "$@" --editable "./$distribution"
    shift
done
$pip --no-deps --no-build-isolation "$@" </dev/null
echo "$PWD" >"$complete"
echo "Everything is installed." >&2
