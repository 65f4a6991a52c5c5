"""The compose file and the Dockerfile are sound, hide no secret, and say what the embedded stack says."""

import asyncio
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from ieum.access.callers import Role
from ieum.access.tokens import Expected, TokenVerifier
from ieum.access.trusted_keys import TrustedKeys, read_file
from ieum.application.group_commit import WORKERS
from ieum.centre.centre_file import console_database, database_name, read_centre
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.issuer_key import ALGORITHM, Account, IssuerSettings, make_issuer, read_issuer_key
from ieum.settings import Settings
from ieum.storage.connection_pools import DELIVERY_CONNECTIONS_MAX
from ieum.storage.database import CONNECTIONS_MAX
from ieum_console.pages import serving
from ieum_console.pages.web_settings import WebSettings
from ieum_console.settings import ConsoleSettings
from ieum_contracts.topics import console_login, login

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "Dockerfile"
EMBEDDED_BROKER = ROOT / "services/lab/ieum_lab/embedded/broker/server.properties"
RELAY_CONNECTIONS = 1
RESERVED = 3 + 10
"""Connections that PostgreSQL keeps for its administrator, and those of commands that look into databases."""
WATCHING = {"observe-secrets", "prometheus", "grafana"}
DEPENDS_ON_THE_PLACE = re.compile(
    r"controller\.quorum\.voters|log\.dirs|(advertised\.)?listeners|config\.providers.*|.*jaas\.config"
    r"|offsets\.topic\.num\.partitions|.*\.threads|log\.segment\.delete\.delay\.ms|log\.index\.size\.max\.bytes"
)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load(COMPOSE.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "command",
    [
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)],
        ["hadolint", "--no-color", str(DOCKERFILE)],
    ],
    ids=lambda command: command[0],
)
def test_a_linter_finds_nothing(command: list[str]) -> None:
    run = subprocess.run(
        [str(BIN / command[0]), *command[1:]], capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_agency_of_the_centre_is_a_service_with_its_own_login_database_and_passwords(
    compose: dict[str, Any],
) -> None:
    centre = read_centre(ROOT / "infra" / "centre.toml")
    for address in centre.addresses():
        service = compose["services"][address.agency]
        settings = service["environment"]
        assert settings["IEUM_CENTRE"] == address.centre
        assert settings["IEUM_AGENCY"] == address.agency
        assert f"COPY infra/centre.toml {settings['IEUM_CENTRE_FILE']}\n" in DOCKERFILE.read_text()
        assert settings["IEUM_KAFKA_USERNAME"] == login(address)
        name = database_name(address)
        assert settings["IEUM_DATABASE_DSN"] == f"postgresql://{name}@postgres:5432/{name}"
        assert [volume["volume"]["subpath"] for volume in service["volumes"]] == [address.agency, "jwks"]
        assert service["depends_on"]["setup"] == {"condition": "service_completed_successfully"}


def test_the_console_has_its_own_login_and_database_and_knows_every_agency(compose: dict[str, Any]) -> None:
    centre = read_centre(ROOT / "infra" / "centre.toml")
    service = compose["services"]["console"]
    settings, name = service["environment"], console_database(centre.centre)
    assert settings["IEUM_KAFKA_USERNAME"] == console_login(centre.centre)
    assert settings["IEUM_DATABASE_DSN"] == f"postgresql://{name}@postgres:5432/{name}"
    assert [volume["volume"]["subpath"] for volume in service["volumes"]] == ["console", "jwks"]
    urls = dict(entry.strip().split("=") for entry in settings["IEUM_URLS"].split(","))
    assert urls == {address.agency: f"http://{address.agency}:8080" for address in centre.addresses()}
    default = settings["IEUM_CONSOLE_URL"].removesuffix("}").partition(":-")[2]
    assert default.removeprefix("http://") in {port.removesuffix(":8080") for port in service["ports"]}
    assert "./services/console" in DOCKERFILE.read_text(encoding="utf-8")


def test_settings_have_the_names_that_the_services_read(compose: dict[str, Any]) -> None:
    settings = (Settings, CentreSettings, IssuerSettings, ConsoleSettings, WebSettings)
    known = {f"IEUM_{name.upper()}" for each in settings for name in each.model_fields}
    for name, service in compose["services"].items():
        used = {key for key in service.get("environment", {}) if key.startswith("IEUM_")}
        assert used <= known, name


def test_nothing_is_published_beyond_loopback_and_nothing_runs_with_more_rights(
    compose: dict[str, Any],
) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert len({port.split(":")[1] for port in ports}) == len(ports)
    assert all(port.startswith("127.0.0.1:") for port in ports)
    for name, service in compose["services"].items():
        assert {"privileged", "ulimits", "pull_policy", "cap_add", "pid"}.isdisjoint(service), name
        assert service.get("user", "") not in {"0", "root", "0:0"}, name


def test_the_database_has_a_connection_for_every_pool(compose: dict[str, Any]) -> None:
    services = compose["services"]
    agencies = sum("IEUM_AGENCY" in service.get("environment", {}) for service in services.values())
    each = DELIVERY_CONNECTIONS_MAX + WORKERS + CONNECTIONS_MAX + RELAY_CONNECTIONS
    console = serving.CONNECTIONS_MAX + CONNECTIONS_MAX
    found = re.search(r"max_connections=(\d+)", " ".join(services["postgres"]["command"]))
    assert found is not None
    assert agencies * each + console + RESERVED <= int(found[1])


def test_what_a_container_prints_is_bounded(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if service.get("restart") != "no":
            assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name


def test_no_secret_stands_in_the_file_or_the_image() -> None:
    for text in (COMPOSE.read_text(encoding="utf-8"), DOCKERFILE.read_text(encoding="utf-8")):
        for line in text.splitlines():
            assert not re.search(r"password[\"']?\s*[:=]\s*(?![\"']?\$\$|/)[\"']?\w", line, re.IGNORECASE), (
                line
            )
        assert not re.search(r"postgresql://[^@\s]*:[^@\s]*@", text)


def test_the_image_is_made_of_pins_by_a_user_that_is_not_root() -> None:
    lines = DOCKERFILE.read_text(encoding="utf-8").splitlines()
    assert not any(line.startswith("# syntax=") or "@sha256:" in line for line in lines)
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001:10001"]
    assert all("--require-hashes" in line or "--no-deps" in line for line in lines if "pip install" in line)


def test_the_broker_keeps_the_rules_of_the_embedded_one(compose: dict[str, Any]) -> None:
    server, embedded = (
        {key: value for key, value in properties(text).items() if not DEPENDS_ON_THE_PLACE.fullmatch(key)}
        for text in (compose["configs"]["kafka"]["content"], EMBEDDED_BROKER.read_text(encoding="utf-8"))
    )
    assert server == {key: value.replace("${admin}", "admin") for key, value in embedded.items()}


def test_the_versions_are_those_of_the_embedded_stack(compose: dict[str, Any]) -> None:
    images = {service["image"] for service in compose["services"].values()}
    watching = {"prom/prometheus:v3.5.0", "grafana/grafana:12.1.1"}
    assert images == {"ieum:local", "apache/kafka:4.3.0", "postgres:18"} | watching
    jars = (ROOT / "services/lab/ieum_lab/embedded/kafka-jars.txt").read_text(encoding="utf-8")
    assert "org.apache.kafka:kafka_2.13:4.3.0" in jars
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"FROM python:{project['requires-python'].removeprefix('>=')}-slim" in DOCKERFILE.read_text()


def properties(text: str) -> dict[str, str]:
    """Read a Java properties file of single lines."""
    lines = (line.strip() for line in text.splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_issuer_and_the_agencies_name_the_same_issuer_and_the_key_is_nobody_elses(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    [init] = [line for line in compose["services"]["secrets"]["command"][-1].splitlines() if "issuer" in line]
    assert init.split() == ["ieum", "issuer", "/secrets/issuer", "/secrets/jwks"]
    token = compose["services"]["token"]
    with_the_key = [
        name
        for name, service in compose["services"].items()
        for volume in service.get("volumes", [])
        if isinstance(volume, dict) and volume["volume"]["subpath"] == "issuer"
    ]
    assert with_the_key == ["token", "observe-secrets"]
    key_folder, jwks_folder = tmp_path / "issuer", tmp_path / "jwks"
    make_issuer(key_folder, jwks_folder)
    issuer = read_issuer_key(
        key_folder / Path(token["environment"]["IEUM_ISSUER_KEY_FILE"]).name,
        token["environment"]["IEUM_TOKEN_ISSUER"],
    )
    made = issuer.token(
        Account("test", [Role.CASE_WORKER], ["employment-center"]), ["/yangju/employment-center"]
    )
    settings = compose["services"]["employment-center"]["environment"]
    expected = Expected(
        settings["IEUM_TOKEN_ISSUER"], ALGORITHM, "/yangju/employment-center", "employment-center"
    )
    keys = TrustedKeys(read_file(jwks_folder / Path(settings["IEUM_TOKEN_JWKS_FILE"]).name))
    verifier = TokenVerifier(expected, keys)
    caller = asyncio.run(verifier.verify(made, *verifier.read(made)))
    assert caller.subject == "test"
    assert caller.roles == {Role.CASE_WORKER}


def test_who_watches_starts_by_a_profile_alone_with_no_more_rights_than_the_others(
    compose: dict[str, Any],
) -> None:
    watching = [compose["services"][name] for name in sorted(WATCHING)]
    for service in watching:
        assert service["profiles"] == ["observe"]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        for source in [each["source"] for each in service.get("configs", [])]:
            assert (ROOT / compose["configs"][source]["file"]).is_file()
    for service in compose["services"].values():
        assert WATCHING.isdisjoint(service.get("depends_on", {})) or service in watching
    for name, folder in {"prometheus": "prometheus", "grafana": "grafana"}.items():
        volumes = [each for each in compose["services"][name]["volumes"] if isinstance(each, dict)]
        assert [(each["volume"]["subpath"], each["read_only"]) for each in volumes] == [(folder, True)]


def test_the_token_of_prometheus_is_for_every_agency_and_the_console_and_soon_over(
    compose: dict[str, Any],
) -> None:
    command = compose["services"]["observe-secrets"]["command"][-1]
    centre = read_centre(ROOT / "infra" / "centre.toml")
    assert re.findall(r"--agency ([a-z-]+)", command) == ["console", *centre.agencies]
    [minutes], [seconds] = re.findall(r"--minutes (\d+)", command), re.findall(r"sleep (\d+)", command)
    assert 60 * int(minutes) <= 3_600
    assert 3 * int(seconds) < 60 * int(minutes), "one that fails is tried again before it is over"
    scrape = yaml.safe_load((ROOT / "infra/observe/prometheus.yml").read_text(encoding="utf-8"))
    files = {each["authorization"]["credentials_file"] for each in scrape["scrape_configs"]}
    assert files == {"/secrets/token"}


def test_the_command_makes_a_token_that_is_taken_and_a_password_that_stays(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    make_issuer(tmp_path / "issuer", tmp_path / "jwks")
    watcher = compose["services"]["observe-secrets"]
    script = watcher["command"][-1].replace("/secrets/", f"{tmp_path}/").replace("sleep 900", "exit 0")
    key_file = str(tmp_path / "issuer" / Path(watcher["environment"]["IEUM_ISSUER_KEY_FILE"]).name)
    environment = watcher["environment"] | {"IEUM_ISSUER_KEY_FILE": key_file, "PATH": f"{BIN}:/usr/bin:/bin"}
    passwords = set()
    for _ in range(2):
        subprocess.run(["/bin/sh", "-euc", script], env=environment, check=True, timeout=120)
        passwords.add((tmp_path / "grafana" / "admin").read_text())
    assert [len(each) for each in passwords] == [48]
    token = (tmp_path / "prometheus" / "token").read_text().strip()
    issuer = watcher["environment"]["IEUM_TOKEN_ISSUER"]
    for agency in ("veterans-center", "console"):
        expected = Expected(issuer, ALGORITHM, f"/yangju/{agency}", agency)
        verifier = TokenVerifier(expected, TrustedKeys(read_file(tmp_path / "jwks" / "jwks.json")))
        caller = asyncio.run(verifier.verify(token, *verifier.read(token)))
        assert caller.subject == "prometheus"
        assert caller.roles == {Role.OPERATOR}
