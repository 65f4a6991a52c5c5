"""What an agency declares: its names, its programmes and their rules, checked when imported."""

import importlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ieum.casework.capacity import AnswerPolicy, QueueOrder, RoomPolicy
from ieum.casework.eligibility import Rule, RuleSet
from ieum.casework.sealed_items import EMPLOYER_ITEMS, PERSON_ITEMS
from ieum.errors import IeumError
from ieum_contracts.address import ID_CHARACTERS_MAX, ID_PATTERN
from ieum_contracts.client import ReferralDetails
from ieum_contracts.client_codes import Document, Need
from ieum_contracts.codes import SubjectKind
from ieum_contracts.model import Model, models_in
from ieum_contracts.programme import ProgrammePublished, RulePublished

RETENTION_DAYS_MAX = 5 * 365
"""Social-security information is kept for at most five years (SSBA 34)."""
PLACES_MAX = 100_000


class DeclarationError(IeumError):
    """An invalid declaration; the text says which one and what to change."""


@dataclass(frozen=True, slots=True)
class Names:
    """A name or a sentence, in Korean and in English."""

    ko: str
    en: str


@dataclass(frozen=True, slots=True)
class Programme:
    """A service that others may refer to, with the rules that say for whom it is meant.

    `extra_items` names what the purpose needs of `sealed` beside what every referral carries and beside the
    facts that the rules read. A `discretionary` programme is never assessed as likely. `places` are its
    places where they are counted; `answer` and `queue_order` say who gives them away, and to whom first.
    Programmes that serve one of the same needs are offered in place of each other when one is full.
    """

    id: str
    name: Names
    summary: Names
    rules: tuple[Rule, ...] = ()
    subject: SubjectKind = SubjectKind.PERSON
    discretionary: bool = False
    documents: tuple[Document, ...] = ()
    extra_items: tuple[str, ...] = ()
    answer: AnswerPolicy = AnswerPolicy.BY_HAND
    queue_order: QueueOrder = QueueOrder.OLDEST_FIRST
    places: int | None = None
    serves: tuple[Need, ...] = ()
    retention_days: int = RETENTION_DAYS_MAX

    def __post_init__(self) -> None:
        """Refuse a programme that could not be published."""
        _check_id("programme", self.id)
        _check_unique(f"the programme {self.id} lists the rule", (each.id for each in self.rules))
        for item in self.extra_items:
            _check_item(self.id, item)
        if self.places is not None and not 0 <= self.places <= PLACES_MAX:
            raise DeclarationError(f"The programme {self.id} has 0 to {PLACES_MAX} places.")
        if not 1 <= self.retention_days <= RETENTION_DAYS_MAX:
            raise DeclarationError(f"The programme {self.id} keeps details 1 to {RETENTION_DAYS_MAX} days.")

    @property
    def room_policy(self) -> RoomPolicy:
        """How its room is given away."""
        return RoomPolicy(self.answer, self.queue_order, self.places)

    @property
    def items(self) -> tuple[str, ...]:
        """Name every item of `sealed` that the purpose needs; a sender strips the rest."""
        usual = PERSON_ITEMS if self.subject is SubjectKind.PERSON else EMPLOYER_ITEMS
        facts = {f"circumstances.{name}" for each in self.rules for name in each.reads}
        return (*usual, *self.extra_items, *sorted(facts))


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency of a centre, in any centre: who it is, what it offers, and the version of its rules."""

    id: str
    name: Names
    programmes: tuple[Programme, ...]
    rule_set: str
    rule_sets: Mapping[str, RuleSet] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse an agency that could not be served, and put its rules in order."""
        _check_id("agency", self.id)
        if not self.programmes:
            raise DeclarationError(f"The agency {self.id} offers nothing: declare at least one programme.")
        _check_unique(f"the agency {self.id} lists the programme", (each.id for each in self.programmes))
        sets = {
            each.id: RuleSet(each.id, f"{self.id}/{self.rule_set}", each.rules, each.discretionary)
            for each in self.programmes
        }
        object.__setattr__(self, "rule_sets", MappingProxyType(sets))

    @property
    def room_policies(self) -> Mapping[str, RoomPolicy]:
        """How each programme gives its room away."""
        return {each.id: each.room_policy for each in self.programmes}


def published(agency: Agency, version: int) -> tuple[ProgrammePublished, ...]:
    """Return an agency's programmes for its catalogue topic; `version` must rise with each change."""
    return tuple(_published(agency, each, version) for each in agency.programmes)


def load_agency(package: str) -> Agency:
    """Import the agency that a package declares as `AGENCY` in its module `agency`.

    Raises DeclarationError when there is none or it is invalid.
    """
    module = f"{package}.agency"
    try:
        found = getattr(importlib.import_module(module), "AGENCY", None)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        raise DeclarationError(
            f"There is no module {module}: make the folder with an agency.py in it, as docs/new-agency.md "
            "shows, or correct the package's name in infra/centre.toml."
        ) from error
    if not isinstance(found, Agency):
        raise DeclarationError(f"The module {module} declares no AGENCY: write AGENCY = Agency(...) there.")
    return found


def _published(agency: Agency, programme: Programme, version: int) -> ProgrammePublished:
    return ProgrammePublished(
        programme=programme.id,
        version=version,
        name_ko=programme.name.ko,
        name_en=programme.name.en,
        summary_ko=programme.summary.ko,
        summary_en=programme.summary.en,
        subjects=(programme.subject,),
        items=programme.items,
        documents=programme.documents,
        serves=programme.serves,
        rule_set=agency.rule_sets[programme.id].version if programme.rules else None,
        rules=tuple(
            RulePublished(
                rule=each.id,
                citation=each.citation,
                explanation_ko=each.ko,
                explanation_en=each.en,
                facts=tuple(f"circumstances.{name}" for name in each.reads),
            )
            for each in programme.rules
        ),
        retention_days=programme.retention_days,
    )


def _check_id(what: str, given: str) -> None:
    if re.fullmatch(ID_PATTERN, given) is None or len(given) > ID_CHARACTERS_MAX:
        raise DeclarationError(
            f"The {what} id {given!r} is none: write lower-case letters, digits and single hyphens, "
            f"a letter first, at most {ID_CHARACTERS_MAX} characters."
        )


def _check_item(programme: str, item: str) -> None:
    models: list[type[Model]] = [ReferralDetails]
    for name in item.split("."):
        found = [each.model_fields[name] for each in models if name in each.model_fields]
        if not found:
            raise DeclarationError(
                f"The programme {programme} asks for the item {item}, which no referral carries: "
                "write the path of a field of ieum_contracts.client.ReferralDetails, as contact.phone."
            )
        models = [model for each in found for model in models_in(each.annotation)]


def _check_unique(sentence: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            raise DeclarationError(f"{sentence[0].upper()}{sentence[1:]} {each} twice: name it once.")
        seen.add(each)
