"""The bodies that an agency's own system may post to ask before a referral, and to confirm an assessment."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from ieum_contracts.address import AgencyId, ProgrammeId
from ieum_contracts.client import SealedNote
from ieum_contracts.codes import SubjectKind
from ieum_contracts.inquiry import ConfirmationGround, Finding, InquiredFacts
from ieum_contracts.model import LIST_ITEMS_MAX, Model, Reference


class InquiryOrder(Model):
    """Asks one agency or several about somebody who is not named.

    Each is sent those facts alone that its published rules read.
    """

    recipients: Annotated[
        tuple[AgencyId, ...],
        Field(
            max_length=LIST_ITEMS_MAX,
            description="Ids of agencies of the centre; none asks every one that the rest fits.",
        ),
    ] = ()
    programmes: Annotated[
        tuple[ProgrammeId, ...],
        Field(
            max_length=LIST_ITEMS_MAX,
            description="Ids of programmes; none asks each agency which of those with published rules.",
        ),
    ] = ()
    subject: Annotated[SubjectKind, Field(description="Whether it is about a person or an employer.")] = (
        SubjectKind.PERSON
    )
    sealed: Annotated[InquiredFacts, Field(description="What is known; nothing that says who it is.")]


class ConfirmationOrder(Model):
    """What a person at the recipient found of the assessment, with the reason."""

    finding: Annotated[Finding, Field(description="What the person finds.")]
    ground: Annotated[ConfirmationGround, Field(description="On what ground; `other` needs a note.")]
    by: Annotated[
        Reference, Field(description="The recipient's own reference of the person; it never travels.")
    ]
    sealed: Annotated[SealedNote | None, Field(description="The reason in words.")] = None


INQUIRY_ORDER: TypeAdapter[InquiryOrder] = TypeAdapter(InquiryOrder)
CONFIRMATION_ORDER: TypeAdapter[ConfirmationOrder] = TypeAdapter(ConfirmationOrder)
