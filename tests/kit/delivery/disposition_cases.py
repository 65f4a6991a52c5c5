"""Every way in which a record can be bad, with the reason code that it must get."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from ieum.delivery.receiving.dispositions import Disposition, disposition_of
from ieum.delivery.records.partitions import partition_of
from ieum_contracts.address import Address
from ieum_contracts.referral import AmendedDetails, ReferralAmended
from ieum_contracts.topics import BODY_BYTES_MAX, MAILBOX_PARTITIONS, Family, topic_of
from tests.kit.delivery.bare_agency import AWAIT, BREAK, RAISE, REFUSE
from tests.kit.delivery.wire import Raw, event

MARK = "가나다 시험 표식 4711"
IDENTIFIER = "900101-1234568"
PLACEHOLDER = "PLACEHOLDER"
NEWER = b"urn:ieum:referral.amended:1.7"


@dataclass(frozen=True)
class Ground:
    """A stream that nobody has used: from `source` to `me`, on `key`."""

    source: Address
    me: Address
    key: UUID

    def good(self, sequence: int = 1, cause: str | None = None) -> Raw:
        """Make a good event of the stream; its body holds the marked value."""
        body = ReferralAmended(sealed=AmendedDetails(note=f"{MARK} {self.key}"))
        return event(self.source, self.me, self.key, sequence, body, cause=cause)

    def saying(self, **fields: object) -> Raw:
        """Make the first event with other fields in its body."""
        return self.good().saying(
            json.dumps({"sealed": {"note": MARK}} | fields, ensure_ascii=False).encode()
        )


@dataclass(frozen=True)
class Case:
    """One bad record, or the few that make the last of them bad."""

    name: str
    reason: str
    make: Callable[[Ground], Raw | list[Raw]]
    compression: str = "none"

    @property
    def fate(self) -> Disposition:
        return disposition_of(self.reason)

    def records(self, ground: Ground) -> list[Raw]:
        """Make the records, in the order in which they are sent."""
        made = self.make(ground)
        return made if isinstance(made, list) else [made]


def _moved_key(ground: Ground, key: bytes | None) -> Raw:
    return replace(ground.good(), key=key, partition=partition_of(key or b""))


def _subject(ground: Ground, subject: str) -> Raw:
    key = subject.encode()
    raw = ground.good().having("ce_subject", key).having("ce_partitionkey", key)
    return replace(raw, key=key, partition=partition_of(key))


def _typed(raw: Raw, kind: str, schema: str) -> Raw:
    return raw.having("ce_type", kind.encode()).having("ce_dataschema", schema.encode())


def _withdrawn(ground: Ground, artefact: bytes | None, said_at: bytes = b"2026-07-01T00:00:00Z") -> Raw:
    named = b"null" if artefact is None else b'"' + artefact + b'"'
    raw = _typed(ground.good(), "consent.withdrawn.v1", "urn:ieum:consent.withdrawn:1.0")
    return raw.saying(b'{"artefact": ' + named + b', "said_at": "' + said_at + b'"}')


def _notice(ground: Ground, body: bytes) -> Raw:
    raw = _typed(ground.good(), "stream.parked.v1", "urn:ieum:stream.parked:1.0").without("ce_sequence")
    return replace(raw, topic=topic_of(ground.me, Family.DELIVERY), partition=0, value=body)


def _ghost(ground: Ground) -> bytes:
    return f"/{ground.me.centre}/ghost-office".encode()


def _ghost_notice(ground: Ground) -> Raw:
    raw = _typed(_notice(ground, b'{"heads": []}'), "stream.heads.v1", "urn:ieum:stream.heads:1.0")
    return raw.having("ce_source", _ghost(ground))


def _other_partition(raw: Raw) -> Raw:
    return replace(raw, partition=(raw.partition + 1) % MAILBOX_PARTITIONS)


def _having(name: str, value: bytes) -> Callable[[Ground], Raw]:
    return lambda ground: ground.good().having(name, value)


_NO_HEADERS = {
    "content-type": (
        b"application/xml",
        b"application/json; charset=euc-kr",
        b"application/cloudevents+json",
    ),
    "ce_time": (
        b"1970-01-01T00:00:00Z",
        b"9999-12-31T23:59:59Z",
        b"2026-07-01t00:00:00z",
        b"2026-06-30T23:59:60Z",
    ),
    "ce_dataschema": (b"urn:other:referral.amended:1.0",),
    "ce_id": (b"0198C0DE-0000-7000-8000-00000000000A",),
}
_ENVELOPE = (
    Case("name-not-text", "record.unreadable", lambda g: g.good().plus((PLACEHOLDER, b"1"))),
    Case(
        "structured",
        "envelope.structured-mode",
        lambda g: replace(g.good(), headers=(("content-type", b"application/cloudevents+json"),)),
    ),
    Case(
        "garbage",
        "envelope.header-missing",
        lambda g: replace(g.good(), headers=(), value=b"\x00\xff\xfe" * 99),
    ),
    Case("nothing", "envelope.header-missing", lambda g: replace(g.good(), headers=(), key=None, value=None)),
    Case("no-id", "envelope.header-missing", lambda g: g.good().without("ce_id")),
    Case("null-header", "envelope.header-missing", lambda g: g.good().having("ce_type", None)),
    Case("id-twice", "envelope.header-repeated", lambda g: g.good().plus(("ce_id", b"x"))),
    Case("type-not-text", "envelope.header-not-text", lambda g: g.good().having("ce_type", b"\xff\xfe")),
    Case("21-digits", "envelope.header-invalid", lambda g: g.good().having("ce_sequence", b"0" * 20 + b"1")),
    Case("number-0", "envelope.header-invalid", lambda g: g.good(0)),
    Case("number-beyond", "envelope.header-invalid", lambda g: g.good(2**53 + 1)),
    Case("no-uuid", "envelope.header-invalid", lambda g: g.good().having("ce_id", b"1")),
    Case(
        "long-type",
        "envelope.header-invalid",
        lambda g: g.good().having("ce_type", b"a." + b"b" * 80 + b".v1"),
    ),
    *(
        Case(f"{name}-{number}", "envelope.header-invalid", _having(name, value))
        for name, values in _NO_HEADERS.items()
        for number, value in enumerate(values)
    ),
    Case(
        "trace-malformed",
        "envelope.header-invalid",
        lambda g: g.good().plus(("traceparent", b"00-trace-span-01")),
    ),
    Case("identifier-as-cause", "envelope.header-invalid", lambda g: g.good(cause=IDENTIFIER)),
    Case("huge-header", "envelope.header-too-large", lambda g: g.good(cause="x" * 2000)),
    Case("many-headers", "envelope.headers-too-many", lambda g: g.good().plus(*[("x", b"1")] * 40)),
    Case("large-headers", "envelope.headers-too-large", lambda g: g.good().plus(("x", b"1" * 9000))),
    Case("other-version", "envelope.specversion", lambda g: g.good().having("ce_specversion", b"0.3")),
)
_PLACE = (
    Case("key-of-another", "place.key", lambda g: _moved_key(g, b"01900000-0000-7000-8000-000000000001")),
    Case("null-key", "place.key", lambda g: _moved_key(g, None)),
    Case("upper-case-key", "place.key", lambda g: _subject(g, str(g.key).upper().replace("-", "A-", 1)[:36])),
    Case("no-uuid-as-key", "place.key", lambda g: _subject(g, "referral-1")),
    Case("two-keys", "place.key", lambda g: g.good().having("ce_partitionkey", b"other")),
    Case("wrong-partition", "place.partition", lambda g: _other_partition(g.good())),
    Case(
        "other-family",
        "place.topic",
        lambda g: _typed(g.good(), "case.closed.v1", "urn:ieum:case.closed:1.0"),
    ),
    Case(
        "other-recipient",
        "place.recipient",
        lambda g: g.good().having("ce_recipient", str(g.source).encode()),
    ),
    Case("own-source", "place.source", lambda g: g.good().having("ce_source", str(g.me).encode())),
    Case("other-centre", "place.source", lambda g: g.good().having("ce_source", b"/elsewhere/alpha")),
    Case("ghost", "place.source-unknown", lambda g: g.good().having("ce_source", _ghost(g))),
    Case("ghost-notice", "place.source-unknown", _ghost_notice),
    Case("no-number", "place.sequence", lambda g: g.good().without("ce_sequence")),
    Case("notice", "notice.invalid", lambda g: _notice(g, b'{"family": "referral"}')),
    Case("other-digest-before", "sequence.conflict", lambda g: [g.good(1), g.good(2), g.good(1)]),
    Case("other-digest-last", "sequence.conflict", lambda g: [g.good(1), g.good(1)]),
    Case("other-digest-parked", "sequence.conflict", lambda g: [g.good(3), g.good(3)]),
)
_LARGE = b'{"zzz": "' + b"x" * BODY_BYTES_MAX + b'"}'
_BODY = (
    *(
        Case(f"large-{codec}", "body.too-large", lambda g: g.good().saying(_LARGE), codec)
        for codec in ("none", "gzip", "snappy", "lz4", "zstd")
    ),
    Case("no-json", "body.not-json", lambda g: g.good().saying(b"{" + MARK.encode())),
    Case("no-text", "body.not-json", lambda g: g.good().saying(b"\xff\xfe\x00")),
    Case("empty", "body.not-json", lambda g: g.good().saying(b"")),
    Case("null", "body.not-json", lambda g: g.good().saying(None)),
    Case("deep", "body.not-json", lambda g: g.good().saying(b'{"zzz":' * 9000)),
    Case("huge-number", "body.not-json", lambda g: g.good().saying(b'{"zzz": ' + b"9" * 9999 + b"}")),
    Case("not-a-number", "body.invalid", lambda g: g.good().saying(b'{"priority": NaN}')),
    Case(
        "no-day",
        "body.invalid",
        lambda g: g.saying(
            sealed={"circumstances": {"discharge_date": {"value": "0001-01-01", "source": "stated"}}}
        ),
    ),
    Case("a-list", "body.invalid", lambda g: g.good().saying(b"[]")),
    Case("wrong-field", "body.invalid", lambda g: g.saying(priority={"note": MARK})),
    Case("upper-case-id", "body.invalid", lambda g: _withdrawn(g, b"0198C0DE-0000-7000-8000-00000000000A")),
    Case("leap-second", "body.invalid", lambda g: _withdrawn(g, None, b"2026-06-30T23:59:60Z")),
    Case("no-time-known", "body.invalid", lambda g: _withdrawn(g, None, b"0001-01-01T00:00:00Z")),
    Case("said-in-the-future", "body.invalid", lambda g: _withdrawn(g, None, b"2098-01-01T00:00:00Z")),
    Case("nothing-visible", "body.invalid", lambda g: g.saying(sealed={"note": "\u3000\u200b"})),
    Case(
        "other-schema",
        "body.invalid",
        lambda g: g.good().having("ce_dataschema", b"urn:ieum:case.closed:1.0"),
    ),
    Case("identifier", "body.identifier", lambda g: g.saying(sealed={"note": IDENTIFIER})),
    Case("identifier-unknown-field", "body.identifier", lambda g: g.saying(zzz=f"주민 {IDENTIFIER}")),
    Case("identifier-invalid", "body.identifier", lambda g: g.saying(priority=[IDENTIFIER])),
    Case("identifier-no-json", "body.identifier", lambda g: g.good().saying(b"{" + IDENTIFIER.encode())),
    Case(
        "identifier-escaped",
        "body.identifier",
        lambda g: g.good().saying(b'[{"a": "\\u0039' + IDENTIFIER[1:].encode() + b'"}]'),
    ),
    Case(
        "identifier-new-type",
        "body.identifier",
        lambda g: _typed(g.saying(a=IDENTIFIER), "referral.new.v1", "urn:ieum:referral.new:1.0"),
    ),
    Case(
        "identifier-new-version",
        "body.identifier",
        lambda g: g.saying(a=IDENTIFIER).having("ce_dataschema", NEWER),
    ),
    Case("wrong-party", "wrong-party", lambda g: g.good(cause=REFUSE + "wrong-party")),
    Case("wrong-move", "move-not-allowed", lambda g: g.good(cause=REFUSE + "move-not-allowed")),
    Case("unknown-answer", "answers-unknown", lambda g: g.good(cause=REFUSE + "answers-unknown")),
    Case("known", "referral-known", lambda g: g.good(cause=REFUSE + "referral-known")),
    Case("mixed", "case-of-another-journey", lambda g: g.good(cause=REFUSE + "case-of-another-journey")),
    Case("other-case", "case-differs", lambda g: g.good(cause=REFUSE + "case-differs")),
    Case("erased", "body.erased", lambda g: g.good(cause=REFUSE + "body.erased")),
    Case("withdrawn", "consent-withdrawn", lambda g: g.good(cause=REFUSE + "consent-withdrawn")),
    Case("parent", "parent-of-another-journey", lambda g: g.good(cause=REFUSE + "parent-of-another-journey")),
)
_WAITING = (
    Case(
        "new-type", "type.unknown", lambda g: _typed(g.good(), "referral.new.v1", "urn:ieum:referral.new:1.0")
    ),
    Case("new-minor", "version.unknown", lambda g: g.good().having("ce_dataschema", NEWER)),
    Case(
        "new-major",
        "version.unknown",
        lambda g: _typed(g.good(), "referral.amended.v2", "urn:ieum:referral.amended:2.0"),
    ),
    Case("new-value", "value.unknown", lambda g: g.saying(priority="tomorrow")),
    Case("early", "awaiting-referral", lambda g: g.good(cause=AWAIT)),
    Case("gap", "sequence.gap", lambda g: g.good(2)),
    Case("behind", "stream.waiting", lambda g: [g.good(1, AWAIT), g.good(2)]),
    Case("fold-raises", "fold.failed", lambda g: g.good(cause=RAISE)),
    Case("flush-raises", "fold.failed", lambda g: g.good(cause=BREAK)),
    Case("again", "sequence.duplicate", lambda g: [g.good(1)] * 2),
)

CASES = (*_ENVELOPE, *_PLACE, *_BODY, *_WAITING)
