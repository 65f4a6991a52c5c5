"""The table of routes and roles: who may call what, and what of it the access log keeps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ieum.access.callers import DESK, Role

ANYBODY = frozenset(Role)
_LEADING = frozenset({Role.SUPERVISOR, Role.SYSTEM})
_WATCHING = frozenset({Role.OPERATOR, Role.AUDITOR})
_OPERATING = frozenset({Role.OPERATOR})
_AUDITING = frozenset({Role.AUDITOR})


class Logged(StrEnum):
    """Why a call stands in the access log."""

    ACT = "act"
    READ = "read"
    """Of client details, or of pseudonyms that lead to them; searches too, whatever they find."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class RouteRule:
    """One route: its path as the router has it, who may call it, and whether that is logged."""

    method: str
    path: str
    roles: frozenset[Role]
    logged: Logged = Logged.NOTHING
    is_open: bool = False
    """Whether it is served without a token."""


@dataclass(frozen=True, slots=True)
class Matched:
    """The rule of a request, and the values in its path."""

    rule: RouteRule
    values: Sequence[str] = ()


def _open(*paths: str) -> Iterator[RouteRule]:
    yield from (RouteRule("GET", path, frozenset(), is_open=True) for path in paths)


def _rows(method: str, roles: frozenset[Role], logged: Logged, *paths: str) -> Iterator[RouteRule]:
    yield from (RouteRule(method, path, roles, logged) for path in paths)


_READS = (
    "/v1/referrals",
    "/v1/referrals/{referral}",
    "/v1/referrals/{referral}/events",
    "/v1/journeys/{journey}",
    "/v1/to-dos",
    "/v1/cases",
    "/v1/cases/{case}",
    "/v1/inquiries/{group}",
)
_ACTS = (
    "/v1/referrals",
    "/v1/referrals/{referral}/decisions",
    "/v1/referrals/{referral}/asks",
    "/v1/referrals/{referral}/confirmations",
    "/v1/referrals/{referral}/repeats",
    "/v1/referrals/{referral}/eligibility-changes",
    "/v1/referrals/{referral}/follow",
    "/v1/referrals/{referral}/to-dos/{change}/done",
    "/v1/journeys/{journey}/plan",
    "/v1/cases/{case}/close",
    "/v1/cases/{case}/follow-ups",
    "/v1/inquiries",
    "/v1/programmes/{programme}/room",
)
RULES: Sequence[RouteRule] = (
    *_open("/health/live", "/health/ready"),
    *_open("/docs", "/docs/start.js", "/problems", "/problems/{name}", "/openapi.json"),
    *_rows("GET", _OPERATING, Logged.NOTHING, "/metrics"),
    *_rows("GET", ANYBODY, Logged.NOTHING, "/v1/me", "/v1/programmes", "/v1/programmes/{programme}/room"),
    *_rows("GET", DESK | _WATCHING, Logged.NOTHING, "/v1/reports/gaps", "/v1/reports/flow"),
    *_rows("GET", DESK, Logged.NOTHING, "/v1/events"),
    *_rows("GET", DESK | _WATCHING, Logged.READ, "/v1/due", "/v1/due.ics"),
    *_rows("GET", DESK, Logged.READ, *_READS),
    *_rows("POST", DESK, Logged.ACT, *_ACTS),
    *_rows("POST", _LEADING, Logged.ACT, "/v1/referrals/{referral}/abandon"),
    *_rows("GET", _WATCHING, Logged.NOTHING, "/v1/streams", "/v1/sources", "/v1/quarantine"),
    *_rows("POST", _OPERATING, Logged.ACT, "/v1/streams/{stream}/retry", "/v1/streams/{stream}/skip"),
    *_rows("POST", _OPERATING, Logged.ACT, "/v1/sources/{agency}/release", "/v1/elevations"),
    *_rows("GET", _AUDITING, Logged.READ, "/v1/access-log"),
)
OPEN_BELOW = "/docs/assets/"
"""Static files of the documentation page."""


class RouteRoles:
    """Finds the rule of a request; what no rule names is refused."""

    def __init__(self, rules: Iterable[RouteRule] = RULES) -> None:
        self._rules: dict[tuple[str, ...], dict[str, RouteRule]] = {}
        self._variable: list[tuple[int, ...]] = []
        for rule in rules:
            segments = rule.path.split("/")
            variable = tuple(n for n, each in enumerate(segments) if each.startswith("{"))
            self._rules.setdefault(_masked(segments, variable), {})[rule.method] = rule
            if variable not in self._variable:
                self._variable.append(variable)
        self._variable.sort(key=len)

    def match(self, method: str, path: str) -> Matched | None:
        """Return the rule of a method and path; None where there is none."""
        segments = path.split("/")
        for variable in self._variable:
            if variable and len(segments) <= variable[-1]:
                continue
            found = self._rules.get(_masked(segments, variable))
            if found is not None:
                rule = found.get("GET" if method == "HEAD" else method)
                return None if rule is None else Matched(rule, [segments[each] for each in variable])
        return None

    def knows(self, path: str) -> bool:
        """Whether a path has a rule for any method."""
        return any(self.match(method, path) for method in ("GET", "POST"))


def missing_rules(routes: Mapping[str, Iterable[str]], rules: Iterable[RouteRule] = RULES) -> list[str]:
    """Name the routes, given as paths with their methods, that have no row in the table."""
    known = {(rule.method, rule.path) for rule in rules}
    return [
        f"{method} {path}"
        for path, methods in routes.items()
        for method in sorted(set(methods) - {"HEAD", "OPTIONS"})
        if (method, path) not in known
    ]


def _masked(segments: Sequence[str], variable: Sequence[int]) -> tuple[str, ...]:
    return (
        tuple("{}" if n in variable else each for n, each in enumerate(segments))
        if variable
        else (tuple(segments))
    )
