"""How a command ends: the exit code and the sentence of each kind of error, and nothing of a password."""

import os
from errno import ENOENT, ENOSPC
from pathlib import Path

import pytest
from pydantic import ValidationError

from ieum.centre.centre_file import CentreError, read_centre
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.issuer_key import make_issuer, read_issuer_key
from ieum.cli.exits import Exit, report
from ieum.errors import Unreachable


def failed(path: Path) -> Exception:
    try:
        read_centre(path)
    except CentreError as error:
        return error
    raise AssertionError(path)


def test_what_is_wrong_in_a_file_is_no_server_that_is_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "centre.toml"
    wrong.write_text("centre = ")
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'name = "\xe9"')
    missing = FileNotFoundError(ENOENT, os.strerror(ENOENT), str(tmp_path / "kafka"))
    for error, code, words in (
        (failed(wrong), Exit.USAGE, "is not valid TOML"),
        (failed(tmp_path / "none.toml"), Exit.USAGE, "IEUM_CENTRE_FILE"),
        (failed(latin), Exit.USAGE, "is not valid TOML"),
        (missing, Exit.USAGE, f"{tmp_path / 'kafka'} cannot be used"),
        (OSError(ENOSPC, os.strerror(ENOSPC)), Exit.FAILED, "could not be written"),
        (ConnectionRefusedError(111, "refused"), Exit.UNREACHABLE, "cannot be reached"),
        (ExceptionGroup("tasks", [Unreachable("Port 1 is taken.")]), Exit.UNREACHABLE, "Port 1 is taken."),
    ):
        assert report(error) == code
        assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "dsn", ["garbage", "postgresql://admin:s3cret/pw@host/db", "postgresql://admin:s3cret#pw@host/db"]
)
def test_a_connection_string_that_is_none_is_refused_without_a_part_of_it(
    dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IEUM_DATABASE_ADMIN_DSN", dsn)
    monkeypatch.setenv("IEUM_KAFKA_BOOTSTRAP", "127.0.0.1:9")
    monkeypatch.setenv("IEUM_KAFKA_ADMIN_PASSWORD", "synthetic")
    with pytest.raises(ValidationError) as raised:
        CentreSettings()
    assert report(raised.value) == Exit.USAGE
    told = capsys.readouterr().err
    assert "IEUM_DATABASE_ADMIN_DSN" in told
    assert "s3cret" not in told


def test_a_key_that_is_made_anew_has_its_jwks_made_anew(tmp_path: Path) -> None:
    make_issuer(tmp_path, tmp_path)
    first = (tmp_path / "jwks.json").read_bytes()
    make_issuer(tmp_path, tmp_path)
    assert (tmp_path / "jwks.json").read_bytes() == first
    (tmp_path / "key.json").unlink()
    make_issuer(tmp_path, tmp_path)
    key = read_issuer_key(tmp_path / "key.json", "").key
    assert str(key.kid).encode() in (tmp_path / "jwks.json").read_bytes() != first
