"""A real Prometheus beside a running centre, with the project's own configuration and alarms."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from ieum.access.callers import Role
from ieum.centre.centre_file import CONSOLE
from ieum.centre.issuer_key import Account
from ieum_lab.embedded.ports import LOOPBACK, free_port
from ieum_lab.embedded.running import RunningCentre

OBSERVE = Path(__file__).parents[2] / "infra" / "observe"
END_SECONDS_MAX = 30.0
TOKEN_SECONDS = 6 * 3_600
SETTLING_LOOKS = 8
"""Two minutes in which a target may not have been read yet."""

Seen = dict[str, Any]


@dataclass
class Watched:
    """What was seen: looks, the seconds that alarms waited and rang, the targets that were not read."""

    looks: int = 0
    waited: dict[str, float] = field(default_factory=dict)
    rang: dict[str, float] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    targets: int = 0
    referrals: int = 0
    events: int = 0

    @property
    def is_quiet(self) -> bool:
        """Whether no alarm rang, and every target was read at every look."""
        return self.looks > SETTLING_LOOKS and self.targets > 0 and not self.rang and not self.unread

    def note(
        self, alarms: Sequence[dict[str, Any]], targets: Sequence[dict[str, Any]], seconds: float
    ) -> None:
        """Add one look."""
        self.looks += 1
        self.targets = len(targets)
        for each in alarms:
            seen = self.rang if each["state"] == "firing" else self.waited
            name = " ".join([each["labels"]["alertname"], each["labels"].get("agency", "")]).strip()
            seen[name] = seen.get(name, 0.0) + seconds
        if self.looks > SETTLING_LOOKS:
            for each in targets:
                if each["health"] != "up":
                    self.unread[each["scrapeUrl"]] = self.unread.get(each["scrapeUrl"], 0) + 1

    def line(self) -> str:
        """Return what was seen so far, in one line."""
        return f"{self.looks} looks at {self.targets} targets, {len(self.rang)} alarms rang"

    def table(self) -> str:
        """Return what was seen, for a person."""
        lines = [f"{self.line()}; {self.referrals} referrals, {self.events} events."]
        lines += [f"  {name} rang for {seconds:.0f} s" for name, seconds in sorted(self.rang.items())]
        lines += [
            f"  {name} waited for {seconds:.0f} s and did not ring"
            for name, seconds in sorted(self.waited.items())
            if name not in self.rang
        ]
        lines += [f"  {url} was not read at {looks} looks" for url, looks in sorted(self.unread.items())]
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        """Return what was seen, for a program."""
        return vars(self) | {"quiet": self.is_quiet}


@dataclass(frozen=True)
class Prometheus:
    """A process that reads the metrics of a centre."""

    process: "subprocess.Popen[bytes]"
    url: str
    log: Path

    async def now(self) -> tuple[list[Seen], list[Seen]]:
        """Return the alarms that wait or ring, and the targets; raises httpx.HTTPError."""
        assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client:
            alarms = (await client.get("/api/v1/alerts")).raise_for_status().json()
            targets = (await client.get("/api/v1/targets")).raise_for_status().json()
        return alarms["data"]["alerts"], targets["data"]["activeTargets"]


@contextmanager
def prometheus_beside(running: RunningCentre, program: str) -> Iterator[Prometheus]:
    """Run Prometheus as long as the block lasts."""
    folder, place = running.stack.state.folder / "prometheus", f"{LOOPBACK}:{free_port()}"
    folder.mkdir()
    token, file, log = folder / "token", folder / "prometheus.yml", folder / "log"
    token.write_text(_token(running), encoding="utf-8")
    file.write_text(yaml.safe_dump(_configuration(running, token)), encoding="utf-8")
    options = [
        f"--config.file={file}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={place}",
    ]
    with log.open("wb") as opened:
        process = subprocess.Popen([program, *options], stdout=opened, stderr=opened)
    try:
        yield Prometheus(process, f"http://{place}", log)
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _token(running: RunningCentre) -> str:
    """Return a token that may read metrics everywhere, as an operator's may."""
    agencies = [*running.urls, CONSOLE]
    account = Account("prometheus", [Role.OPERATOR], agencies)
    audience = [f"/{running.centre.centre}/{agency}" for agency in agencies]
    return running.stack.issuer.key().token(account, audience, TOKEN_SECONDS)


def _configuration(running: RunningCentre, token: Path) -> dict[str, Any]:
    """Return the project's configuration, with this centre's addresses and files."""
    read: dict[str, Any] = yaml.safe_load((OBSERVE / "prometheus.yml").read_text(encoding="utf-8"))
    assert running.console is not None, "The console is not installed."
    urls = running.urls | {CONSOLE: running.console.url}
    read["global"]["external_labels"]["runbook"] = "docs/runbook.md"
    read["rule_files"] = [str(OBSERVE / "alerts.yml")]
    for job in read["scrape_configs"]:
        job["authorization"]["credentials_file"] = str(token)
        del job["relabel_configs"]
        [named] = job["static_configs"]
        names = [target.partition(":")[0] for target in named["targets"]]
        job["static_configs"] = [
            {"targets": [urls[name].removeprefix("http://")], "labels": {"agency": name}} for name in names
        ]
    return read
