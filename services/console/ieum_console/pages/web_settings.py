"""The settings of the console's pages: their address, the issuer of logins, the agencies' APIs."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class WebSettings(BaseSettings):
    """How browsers reach the console and who may sign in; each field is the variable `IEUM_<FIELD>`."""

    model_config = SettingsConfigDict(
        env_prefix="IEUM_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    console_url: str = Field(
        default="http://127.0.0.1:8090", description="The address in the browser: scheme, host and port."
    )
    oidc_issuer: str = Field(description="The issuer's address, as it calls itself.")
    oidc_client_id: str = "ieum-console"
    oidc_client_secret: SecretStr | None = None
    oidc_client_secret_file: Path | None = None
    oidc_scope: str = "openid profile"
    urls: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict, description="agency=http://host:port,agency=http://host:port"
    )

    @field_validator("console_url")
    @classmethod
    def _without_slash(cls, given: str) -> str:
        return given.rstrip("/")

    @field_validator("urls", mode="before")
    @classmethod
    def _pairs(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        pairs = [entry.strip().partition("=") for entry in given.split(",") if entry.strip()]
        if not all(url.startswith(("http://", "https://")) for _, _, url in pairs):
            raise ValueError("IEUM_URLS is a list as agency=http://host:port,agency=http://host:port.")
        return {agency: url.rstrip("/") for agency, _, url in pairs}

    def client_secret(self) -> str | None:
        """Read the client's secret; None for a public client, which proves itself by PKCE alone."""
        if self.oidc_client_secret:
            return self.oidc_client_secret.get_secret_value()
        file = self.oidc_client_secret_file
        return None if file is None else file.read_text().strip()
