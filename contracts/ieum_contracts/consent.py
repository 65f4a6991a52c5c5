"""On what ground details are handed over, how a client withdraws, and the receipt of the erasure."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from ieum_contracts.address import ProgrammeId
from ieum_contracts.model import (
    LIST_ITEMS_MAX,
    WHOLE,
    Id,
    Line,
    Model,
    Note,
    personal,
    plain,
    pseudonym,
)
from ieum_contracts.timing import ConsentTime, FutureTime, PastTime

AddressText = Annotated[
    str,
    StringConstraints(pattern=r"^/[a-z][a-z0-9]*(-[a-z0-9]+)*/[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=82),
]
"""An agency's address as text, `/yangju/employment-center`."""
ItemName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*(\.[a-z][a-z_]*)*$", max_length=60)]
"""A field's name with dots, as it stands inside `sealed`: `contact.phone`, `circumstances.birth_date`."""
Sha256Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class LegalBasis(StrEnum):
    """A statute that stands in for consent; public agencies only, with the article logged."""

    SSBA_16_2_REFERRAL = "ssba-16-2-referral"
    SSBA_15_4_MINIMUM = "ssba-15-4-minimum"
    STATUTE_15_1_2 = "statute-15-1-2"
    PUBLIC_DUTY_15_1_3 = "public-duty-15-1-3"
    VITAL_15_1_5 = "vital-15-1-5"
    JOBSEEKER_13_3 = "jobseeker-13-3"


class ConsentMethod(StrEnum):
    """How consent was given."""

    PAPER = "paper"
    TABLET = "tablet"
    PHONE_RECORDING = "phone-recording"


class ConsentLine(StrEnum):
    """A line of the form that is agreed to or refused by itself."""

    PROVISION = "provision"
    SENSITIVE = "sensitive"
    UNIQUE_ID = "unique-id"


class Guardian(Model):
    """Who agreed in the place of a client under 14."""

    name: Annotated[Line, personal("Name of the guardian.")]
    relation: Annotated[Line, personal("How the guardian is related to the client.")]


class ConsentArtefact(Model):
    """What a client agreed to, as PIPA 17(2) wants it: one named recipient, one purpose, named items."""

    id: Annotated[Id, pseudonym("Id of the artefact, named when it is withdrawn.")]
    recipient: Annotated[AddressText, plain("The one agency that may receive the items.")]
    purpose: Annotated[ProgrammeId, plain("The programme for which it may use them.")]
    items: Annotated[
        tuple[ItemName, ...], Field(min_length=1, max_length=100), plain("Each item, by its name.")
    ]
    retention_days: Annotated[
        int, Field(strict=True, ge=1, le=3660), WHOLE, plain("Days for which the recipient keeps the items.")
    ]
    refusal_text: Annotated[Note, plain("The right to refuse and what refusing means, as it was read.")]
    refusal_text_version: Annotated[Line, plain("Version of that text.")]
    agreed: Annotated[
        tuple[ConsentLine, ...], Field(min_length=1, max_length=3), personal("Lines that were agreed to.")
    ]
    method: Annotated[ConsentMethod, plain("How consent was given.")]
    given_at: Annotated[ConsentTime, personal("When consent was given.")]
    evidence_sha256: Annotated[Sha256Hex, pseudonym("SHA-256 of the signed form or recording.")]
    guardian: Annotated[Guardian | None, personal("Who agreed for a client under 14.")] = None


class WithdrawalScope(StrEnum):
    """How far a withdrawal reaches."""

    REFERRAL = "referral"
    JOURNEY = "journey"


class ConsentWithdrawn(Model):
    """Ask of the sender: the client has withdrawn; stop at once, erase, and send the receipt."""

    artefact: Annotated[Id | None, pseudonym("The consent artefact that is withdrawn, if there was one.")] = (
        None
    )
    scope: Annotated[
        WithdrawalScope,
        plain("Whether the client meant this referral or the journey; it is said for each all the same."),
    ] = WithdrawalScope.REFERRAL
    said_at: Annotated[PastTime | None, pseudonym("When the client said so.")] = None


class ErasedPlace(StrEnum):
    """Where client details were erased."""

    REFERRAL = "referral"
    LEDGER = "ledger"


class ErasureMethod(StrEnum):
    """How they were erased."""

    CLEARED = "cleared"
    KEY_DESTROYED = "key-destroyed"


class Kept(Model):
    """What had to be kept, and which statute says so."""

    item: Annotated[ItemName, plain("Name of the item.")]
    statute: Annotated[Line, plain("The statute that demands it.")]


class ConsentErased(Model):
    """Decision of the recipient: the receipt, what was erased, how, and by when it is gone everywhere."""

    answers: Annotated[
        tuple[Id, ...], Field(max_length=LIST_ITEMS_MAX), pseudonym("Ids of the asks that this settles.")
    ] = ()
    erased: Annotated[
        tuple[ErasedPlace, ...], Field(max_length=LIST_ITEMS_MAX), plain("Where details were erased.")
    ]
    method: Annotated[ErasureMethod, plain("How they were erased.")]
    everywhere_by: Annotated[FutureTime, plain("When copies in mailboxes and ledgers are gone as well.")]
    kept: Annotated[
        tuple[Kept, ...], Field(max_length=LIST_ITEMS_MAX), plain("What had to be kept, and why.")
    ] = ()
