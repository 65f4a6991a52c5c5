"""Who is referred: a person with details and contact, or an employer with vacancies."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from ieum_contracts.circumstances import Circumstances, Fact, MunicipalityCode, WeeklyHours
from ieum_contracts.client_codes import Document
from ieum_contracts.consent import ConsentArtefact
from ieum_contracts.model import (
    LIST_ITEMS_MAX,
    WHOLE,
    Count,
    Flag,
    Line,
    Model,
    Note,
    Reference,
    Won,
    personal,
    sensitive,
)
from ieum_contracts.timing import PastDay
from ieum_contracts.values import PHONE_PATTERN, tidy_phone

__all__ = [
    "Accessibility",
    "Circumstances",
    "ClientDetails",
    "Contact",
    "Desk",
    "Documents",
    "EmployerDetails",
    "Fact",
    "Person",
    "ReferralDetails",
    "SealedNote",
    "Vacancy",
]

PHONE_CHARACTERS_MAX = 40

Phone = Annotated[
    str, StringConstraints(pattern=PHONE_PATTERN, max_length=PHONE_CHARACTERS_MAX), AfterValidator(tidy_phone)
]
"""One telephone number as people write it, with its extension; kept with ASCII digits and marks."""
Email = Annotated[
    str,
    StringConstraints(pattern=r"^[!-?A-~]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$", max_length=120),
]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?$")]
"""A language by its BCP 47 tag, `vi`, `zh-CN` or `uz-Cyrl`."""
Documents = Annotated[tuple[Document, ...], Field(max_length=LIST_ITEMS_MAX)]


class Accessibility(StrEnum):
    """What a client needs at the desk."""

    STEP_FREE = "step-free"
    SIGN_LANGUAGE = "sign-language"
    LARGE_PRINT = "large-print"
    EASY_LANGUAGE = "easy-language"
    HOME_VISIT = "home-visit"
    ESCORT = "escort"


class ClientDetails(Model):
    """Who the client is; no unique identifier has a field here."""

    name: Annotated[Line, personal("Name as the client gives it.")]
    birth_date: Annotated[PastDay | None, personal("Birth date, to tell two people of one name apart.")] = (
        None
    )
    address: Annotated[Line | None, personal("Where the client lives.")] = None


class Person(Model):
    """Somebody who speaks for a client."""

    name: Annotated[Line, personal("Name.")]
    relation: Annotated[Line, personal("How related to the client.")]
    phone: Annotated[Phone | None, personal("Telephone number.")] = None


class Contact(Model):
    """How to reach a client without doing harm."""

    phone: Annotated[Phone | None, personal("Telephone number.")] = None
    email: Annotated[Email | None, personal("E-mail address.")] = None
    safe_to_call: Annotated[Flag, personal("Whether a call may be answered by others without harm.")]
    safe_hours: Annotated[Line | None, personal("When to call.")] = None
    proxy: Annotated[Person | None, personal("Who speaks for the client.")] = None
    guardian: Annotated[Person | None, personal("Legal guardian.")] = None


class Vacancy(Model):
    """A post that an employer wants to fill."""

    title: Annotated[Line, personal("What the work is.")]
    headcount: Annotated[
        int, Field(strict=True, ge=1, le=1_000), WHOLE, personal("How many people are wanted.")
    ]
    weekly_hours: Annotated[WeeklyHours | None, personal("Hours a week.")] = None
    months: Annotated[Count | None, personal("Months for which the post is meant; absent when open.")] = None
    monthly_pay: Annotated[Won | None, personal("Pay, won a month.")] = None
    workplace_municipality: Annotated[Line | None, personal("City or county of the workplace.")] = None
    workplace_municipality_code: Annotated[
        MunicipalityCode | None,
        personal("행정표준코드 of that city or county; it counts where both are there."),
    ] = None


class EmployerDetails(Model):
    """An employer that wants to hire."""

    name: Annotated[Line, personal("Name of the firm.")]
    business_number: Annotated[
        str, StringConstraints(pattern=r"^[0-9]{3}-?[0-9]{2}-?[0-9]{5}$"), personal("사업자등록번호.")
    ]
    contact_name: Annotated[Line, personal("Whom to ask for.")]
    phone: Annotated[Phone, personal("Telephone number.")]
    staff: Annotated[Count | None, personal("How many people work there.")] = None
    vacancies: Annotated[
        tuple[Vacancy, ...], Field(min_length=1, max_length=LIST_ITEMS_MAX), personal("Posts to fill.")
    ]


class Desk(Model):
    """The desk that refers, for a question by telephone."""

    name: Annotated[Line, personal("Name of the desk.")]
    staff: Annotated[Line | None, personal("Who sits there.")] = None
    phone: Annotated[Phone | None, personal("Telephone number.")] = None
    reference: Annotated[Reference | None, personal("The desk's own reference.")] = None


class ReferralDetails(Model):
    """Everything personal that a referral carries: its member `sealed`."""

    client: Annotated[ClientDetails | None, personal("The person who is referred.")] = None
    employer: Annotated[EmployerDetails | None, personal("The employer who is referred.")] = None
    contact: Annotated[Contact | None, personal("How to reach the person.")] = None
    interpreter_language: Annotated[Language | None, personal("Language of the interpreter, if needed.")] = (
        None
    )
    accessibility: Annotated[
        tuple[Accessibility, ...],
        Field(max_length=LIST_ITEMS_MAX),
        sensitive("What the person needs at the desk; only with its own consent line."),
    ] = ()
    circumstances: Annotated[
        Circumstances | None,
        personal("Facts that the programme's rules ask for, benefits in payment among them."),
    ] = None
    documents_held: Annotated[Documents, personal("Papers that the sender has seen.")] = ()
    reason_in_words: Annotated[Note | None, personal("Why the client is referred.")] = None
    sender_desk: Annotated[Desk | None, personal("Whom to ask at the sender.")] = None
    consent: Annotated[ConsentArtefact | None, personal("What the person agreed to.")] = None


class SealedNote(Model):
    """A note in words: the member `sealed` of a short event."""

    note: Annotated[Note, personal("What one worker wants another to know.")]
