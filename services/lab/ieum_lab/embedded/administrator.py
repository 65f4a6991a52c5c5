"""The administrator's settings of the embedded stack."""

import os
from pathlib import Path

from ieum.centre.centre_settings import CentreSettings
from ieum_lab.embedded.stack import Stack


def centre_file() -> Path:
    """Return the file of the centre, which is known before the stack runs."""
    return Path(os.environ.get("IEUM_CENTRE_FILE") or CentreSettings.model_fields["centre_file"].default)


def admin_settings(stack: Stack) -> CentreSettings:
    """Return the administrator's settings of a running stack; IEUM_CENTRE_FILE still names the file."""
    return CentreSettings.model_validate(
        {
            "secrets_folder": stack.state.folder / "secrets",
            "database_admin_dsn": stack.postgres_admin_dsn,
            "kafka_bootstrap": stack.kafka_bootstrap,
            "kafka_admin_username": stack.kafka_admin.username,
            "kafka_admin_password": stack.kafka_admin.password,
            "token_issuer": stack.issuer.url,
            "token_jwks_file": stack.issuer.jwks_file,
            "login_url": stack.issuer.url,
        }
    )
