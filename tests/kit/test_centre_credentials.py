"""What an agency is given to reach its database: where it is and how securely, and no login of others."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from ieum.centre.centre_file import read_centre
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.credentials import agency_access

ADMIN = "postgresql://boss:synthetic@db.example:6432/postgres"


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("", {}),
        (
            "?sslmode=verify-full&sslrootcert=/etc/ca.pem",
            {"sslmode": ["verify-full"], "sslrootcert": ["/etc/ca.pem"]},
        ),
        ("?user=boss&password=synthetic&sslmode=require&application_name=x", {"sslmode": ["require"]}),
    ],
)
def test_tls_is_that_of_the_administrators_connection(
    tmp_path: Path, query: str, kept: dict[str, list[str]]
) -> None:
    settings = CentreSettings.model_validate(
        {
            "database_admin_dsn": ADMIN + query,
            "kafka_bootstrap": "127.0.0.1:9",
            "kafka_admin_password": "synthetic",
            "secrets_folder": tmp_path,
        }
    )
    access = agency_access(read_centre(settings.centre_file), settings, "city-welfare-team")
    (tmp_path / "city-welfare-team").mkdir()
    access.database_password_file.write_text("a/b")
    for dsn in (access.dsn, str(access.values()["database_dsn"])):
        parts = urlsplit(dsn)
        assert (parts.hostname, parts.port, parts.path) == ("db.example", 6432, "/yangju_city_welfare_team")
        assert parts.username == "yangju_city_welfare_team"
        assert parse_qs(parts.query) == kept
        assert "boss" not in dsn
