"""The `ieum` command as it is typed: exit codes, whole sentences, JSON on stdout, lean imports."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.plugin import MakeCentre
from tests.forks import run_ieum
from tests.journeys.living import IEUM, ROOT, Living, write_centre_file

OK, FAILED, USAGE, UNREACHABLE, REFUSED = range(5)
NOWHERE = {"IEUM_KAFKA_BOOTSTRAP": "127.0.0.1:9", "IEUM_KAFKA_ADMIN_PASSWORD": "synthetic"}
DATABASE_NOWHERE = NOWHERE | {"IEUM_DATABASE_ADMIN_DSN": "postgresql://admin:synthetic@127.0.0.1:9/postgres"}
NOT_BEGUN = {
    "IEUM_DATABASE_DSN": "postgresql://x@127.0.0.1:9/x",
    "IEUM_KAFKA_BOOTSTRAP": "127.0.0.1:9",
    "IEUM_KAFKA_USERNAME": "x",
    "IEUM_KAFKA_PASSWORD": "synthetic",
    "IEUM_TOKEN_ISSUER": "http://issuer.example",
    "IEUM_TOKEN_JWKS_FILE": "jwks.json",
    "IEUM_CLOCK_SPEED": "2000",
}


def _period(first: str, last: str) -> list[str]:
    return ["--from", first, "--until", last, "--rules", "2027-01-01"]


def settings_of(state: Path, **settings: str) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("IEUM_")}
    return {**outside, "IEUM_STATE": str(state), **settings}


def ieum(*arguments: str, state: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return run_ieum(arguments, settings_of(state, **settings), ROOT)


@pytest.mark.parametrize("arguments", [["--help"], ["stack", "down"]], ids=" ".join)
def test_what_is_typed_ends_as_the_other_tests_see_it(tmp_path: Path, arguments: list[str]) -> None:
    typed = subprocess.run(
        [str(IEUM), *arguments],
        cwd=ROOT,
        env=settings_of(tmp_path / "state"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    forked = ieum(*arguments, state=tmp_path / "state")

    assert typed.returncode == forked.returncode == OK
    assert (typed.stdout, typed.stderr) == (forked.stdout, forked.stderr)


@pytest.mark.parametrize(
    ("arguments", "settings", "code", "says"),
    [
        (["--help"], {}, OK, ""),
        (["demo", "--help"], {}, OK, ""),
        (["fly"], {}, USAGE, "No such command 'fly'"),
        (["demo", "--rate", "0"], {}, USAGE, "--rate"),
        (["demo", "--speed", "0.5"], {}, USAGE, "greater than or equal to 1"),
        (["demo", "--speed", "10001"], {}, USAGE, "less than or equal to 10000"),
        (["demo", "--speed", "nan"], {}, USAGE, "--speed"),
        (["demo", "--speed", "fast"], {}, USAGE, "valid number"),
        (["demo", "--days", "3"], {}, USAGE, "give --speed too"),
        (["demo", "--speed", "20", "--days", "31"], {}, USAGE, "give --speed 744 or more, or --days 0.8"),
        (["run", "veterans-center"], NOT_BEGUN, USAGE, "IEUM_CLOCK_START is not set"),
        (["referral", "show", "not-an-id"], {}, USAGE, "valid UUID"),
        (["migrate", "--all", "veterans-center"], {}, USAGE, "not both"),
        (["run"], {}, USAGE, "IEUM_AGENCY"),
        (["run", "veterans-center"], {"IEUM_KAFKA_BOOTSTRAP": "127.0.0.1:9"}, USAGE, "IEUM_DATABASE_DSN"),
        (["migrate"], {"IEUM_KAFKA_BOOTSTRAP": "127.0.0.1:9"}, USAGE, "IEUM_DATABASE_ADMIN_DSN"),
        (["migrate"], {}, UNREACHABLE, "ieum stack up"),
        (["run", "veterans-center"], {}, UNREACHABLE, "ieum stack up"),
        (["reconcile"], DATABASE_NOWHERE, UNREACHABLE, "IEUM_DATABASE_ADMIN_DSN"),
        (["reconcile"], DATABASE_NOWHERE | {"IEUM_CENTRE_FILE": "nowhere.toml"}, USAGE, "nowhere.toml"),
        (
            [
                "rules",
                "simulate",
                "x",
                "--from",
                "2026-02-01",
                "--until",
                "2026-01-31",
                "--rules",
                "2027-01-01",
            ],
            {},
            USAGE,
            "before it begins",
        ),
        (
            [
                "rules",
                "simulate",
                "x",
                "--from",
                "2026-02-30",
                "--until",
                "2026-03-31",
                "--rules",
                "2027-01-01",
            ],
            {},
            USAGE,
            "--from",
        ),
        (["referral", "show", "0197a2c4-5d11-7c62-9d0a-6a1f0c8e2b00"], {}, UNREACHABLE, "IEUM_URLS"),
        (["due", "x"], {"IEUM_URLS": "x=http://h:notaport"}, USAGE, "IEUM_URLS is a list"),
        (["due", "x"], {"IEUM_URLS": "x=http://127.0.0.1:9", "IEUM_TOKEN": "열쇠"}, USAGE, "holds no token"),
        (["stack", "down"], {}, OK, "nothing to stop"),
        (["stack", "status"], {}, FAILED, ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_command_ends_with_its_code_and_says_the_next_step(
    tmp_path: Path, arguments: list[str], settings: dict[str, str], code: int, says: str
) -> None:
    run = ieum(*arguments, state=tmp_path / "state", **settings)

    assert run.returncode == code, run.stderr
    assert says in run.stderr
    assert "Traceback" not in run.stderr
    if code not in {OK, FAILED}:
        assert run.stdout == ""
        assert run.stderr.rstrip().endswith((".", "'")) or "Usage" in run.stderr


def test_an_error_of_settings_names_them_and_never_their_values(tmp_path: Path) -> None:
    run = ieum("run", "veterans-center", state=tmp_path, IEUM_DATABASE_DSN="synthetic-secret")

    assert run.returncode == USAGE
    assert "IEUM_KAFKA_BOOTSTRAP" in run.stderr
    assert "synthetic-secret" not in run.stderr


def test_the_doctor_finds_everything_here_and_says_what_a_wrong_centre_lacks(tmp_path: Path) -> None:
    healthy = ieum("doctor", "--json", state=tmp_path)
    wrong = tmp_path / "centre.toml"
    wrong.write_text('centre = "t"\n[name]\nko = "시험"\nen = "Test"\n[agencies]\nx = "services.nobody"\n')
    ill = ieum("doctor", state=tmp_path, IEUM_CENTRE_FILE=str(wrong))

    assert healthy.returncode == OK, healthy.stdout
    assert all(finding["good"] for finding in json.loads(healthy.stdout))
    assert ill.returncode == FAILED
    assert "MISSING  x: There is no module services.nobody.agency" in ill.stdout


def test_a_services_process_carries_nothing_of_the_other_commands() -> None:
    unwanted = "'confluent_kafka', 'httpx', 'psutil', 'jgo', 'requests', 'ieum_lab.embedded', 'rich.live'"
    script = (
        f"import sys, ieum.cli.main, ieum.cli.run_command; print(sorted({{{unwanted}}} & set(sys.modules)))"
    )

    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )

    assert run.stdout.strip() == "[]"


@pytest.mark.stack
async def test_a_centre_is_applied_migrated_and_reconciled_by_its_settings_alone(
    stack: Stack, make_centre: MakeCentre, tmp_path: Path
) -> None:
    under_test = await make_centre("veterans-center")
    centre = Living(stack, under_test, write_centre_file(tmp_path / "centre.toml", under_test))

    planned = await centre.ieum("centre", "apply", "--dry-run", "--json")
    nothing: dict[str, list[str]] = {"changes": [], "warnings": []}
    assert json.loads(planned.stdout) == {"centre": under_test.id, "dry_run": True, **nothing}

    text = centre.centre_file.read_text(encoding="utf-8")
    centre.centre_file.write_text(text + 'city-job-center = "services.city_job_center"\n', encoding="utf-8")
    assert "city-job-center.referral: create" in (await centre.ieum("centre", "apply", "--dry-run")).stdout
    early = await centre.ieum("migrate", "city-job-center")
    assert (early.returncode, "`ieum centre apply` makes" in early.stderr) == (USAGE, True)
    assert (await centre.ieum("reconcile")).returncode == UNREACHABLE
    assert (await centre.ieum("centre", "apply")).returncode == OK
    assert (await centre.ieum("reconcile")).returncode == UNREACHABLE
    assert await _counted(centre) == [("veterans-center", 0), ("city-job-center", None)]
    migrated = await centre.ieum("migrate", "--json")
    assert [*json.loads(migrated.stdout)] == ["veterans-center", "city-job-center"]
    assert (await centre.ieum("migrate", "nobody")).returncode == USAGE

    reconciled = await centre.ieum("reconcile", "--json")
    assert reconciled.returncode == OK
    assert json.loads(reconciled.stdout)["differences"] == []
    status = await centre.ieum("status", "--json")
    assert [(each["agency"], each["ready"]) for each in json.loads(status.stdout)] == [
        ("veterans-center", None),
        ("city-job-center", None),
    ]
    await _nothing_to_replay(centre)


async def _counted(centre: Living) -> list[tuple[str, int | None]]:
    """Return what is shown while one of the databases has no tables yet."""
    half = await centre.ieum("status", "--json")
    assert "city_job_center has not been migrated" in half.stderr
    return [(each["agency"], each["sent"]) for each in json.loads(half.stdout)]


async def _nothing_to_replay(centre: Living) -> None:
    simulate = ("rules", "simulate", "veterans-center", *_period("2026-01-01", "2026-12-31"))
    tried = await centre.ieum(*simulate, "--json")
    assert tried.returncode == OK
    empty = {"compared": 0, "erased": 0, "programmes": {}, "not_replayed": 0}
    assert json.loads(tried.stdout).items() >= empty.items()
    assert "Nothing was assessed" in (await centre.ieum(*simulate)).stdout
    unkept = await centre.ieum(*simulate[:-1], "2026-11")
    assert unkept.returncode == USAGE
    assert "name a day from 2026-11-28 on" in unkept.stderr
