"""The summary of a demonstration for a person to check: the run, the reconciliation, the measures."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import psutil

from ieum.centre.accounting import Accounts
from ieum.centre.reconcile import settled
from ieum_lab.embedded.running import RunningCentre
from ieum_lab.simulator.measures import Latency, latency, memory_of, memory_together
from ieum_lab.simulator.play import Played, Script

SETTLE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole summary; `differences` is empty when everything is accounted for."""

    script: Script
    played: Played
    accounts: Accounts
    latency: Latency | None
    memory: Mapping[str, int]
    memory_together: int
    ready_seconds: Mapping[str, float]
    seconds_until_ready: float
    addresses: Mapping[str, str]

    @property
    def is_sound(self) -> bool:
        """Whether everything is accounted for."""
        return not self.accounts.differences

    @property
    def referrals_per_second(self) -> float:
        """Referrals per second, from start to end."""
        return round(len(self.played.streamed) / max(self.played.stream_seconds, 0.001), 1)

    @property
    def events_per_second(self) -> float:
        """Events per second that took effect, at senders and recipients together."""
        return round(self.played.events / max(self.played.stream_seconds, 0.001), 1)

    def as_json(self) -> dict[str, object]:
        """Return the summary as one JSON object."""
        return {
            "sound": self.is_sound,
            "script": asdict(self.script),
            "stories": [asdict(story) for story in self.played.stories],
            "referrals": {"streamed": len(self.played.streamed), "by_state": dict(self.played.states)},
            "moves": dict(self.played.moves),
            "clocks": [asdict(each) for each in self.played.clocks],
            "could_not_be_had": {name: asdict(each) for name, each in self.played.reports.items()},
            "accounting": {
                "streams": self.accounts.streams,
                "said": self.accounts.said,
                "heard": self.accounts.heard,
                "referrals": dict(self.accounts.referrals),
                "differences": self.accounts.sentences,
            },
            "latency_ms": None if self.latency is None else asdict(self.latency),
            "throughput": {
                "sending_seconds": round(self.played.sending_seconds, 2),
                "until_all_ended_seconds": round(self.played.stream_seconds, 2),
                "referrals_per_second": self.referrals_per_second,
                "events_per_second": self.events_per_second,
            },
            "memory_mb": {**self.memory, "together": self.memory_together},
            "ready_seconds": {
                **{agency: round(seconds, 2) for agency, seconds in self.ready_seconds.items()},
                "everything": round(self.seconds_until_ready, 2),
            },
            "addresses": dict(self.addresses),
        }


async def sum_up(running: RunningCentre, script: Script, played: Played) -> Summary:
    """Reconcile all databases, and measure."""
    processes = running.processes()
    memory = memory_of(processes)
    together = memory_together([*processes.values(), psutil.Process()])
    accounts, times = await asyncio.gather(
        settled(running.centre, running.settings, SETTLE_SECONDS),
        latency(running.centre, running.settings, played.streamed),
    )
    return Summary(
        script=script,
        played=played,
        accounts=accounts,
        latency=times,
        memory=memory,
        memory_together=together,
        ready_seconds=running.ready_seconds,
        seconds_until_ready=running.seconds_until_ready,
        addresses={
            **running.urls,
            "kafka": running.stack.kafka_bootstrap,
            "postgres": running.stack.postgres_admin_dsn.rpartition("@")[2],
        },
    )
