"""What an agency declares: its names, its programmes and their rules, checked when imported."""

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from ieum.casework import declaring
from ieum.casework.capacity import AnswerPolicy, QueueOrder, RoomPolicy
from ieum.casework.eligibility import Rule, RuleSet
from ieum.casework.figures import FIRST_VERSION, FigureTable
from ieum.casework.items import EMPLOYER_ITEMS, PERSON_ITEMS
from ieum.errors import IeumError
from ieum_contracts.client_codes import Document, Need
from ieum_contracts.codes import ProgrammeKind, SubjectKind
from ieum_contracts.overdue import ClockPublished
from ieum_contracts.programme import ProgrammePublished, RulePublished


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
    `clocks` are those that run otherwise than casework's table says; senders read them in the catalogue.
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
    clocks: tuple[ClockPublished, ...] = ()
    queue_order: QueueOrder = QueueOrder.OLDEST_FIRST
    places: int | None = None
    serves: tuple[Need, ...] = ()
    retention_days: int = declaring.RETENTION_DAYS_MAX
    kind: ProgrammeKind = ProgrammeKind.SERVICE
    valid_from: date | None = None
    valid_until: date | None = None

    def __post_init__(self) -> None:
        """Refuse a programme that could not be published."""
        _refuse(declaring.id_fault("programme", self.id))
        _refuse(declaring.twice(f"The programme {self.id} lists the rule", (each.id for each in self.rules)))
        for item in self.extra_items:
            _refuse(declaring.item_fault(self.id, item))
        _refuse(declaring.places_fault(self.id, self.places))
        _refuse(declaring.retention_fault(self.id, self.retention_days))

    @property
    def items(self) -> tuple[str, ...]:
        """Name every item of `sealed` that the purpose needs; a sender strips the rest."""
        return self.items_for(self.rules)

    def items_for(self, rules: Iterable[Rule]) -> tuple[str, ...]:
        """Name what the purpose needs when these are its rules."""
        usual = PERSON_ITEMS if self.subject is SubjectKind.PERSON else EMPLOYER_ITEMS
        facts = {f"circumstances.{name}" for each in rules for name in each.reads}
        return (*usual, *self.extra_items, *sorted(facts))


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency: who it is, what it offers, and the version of its rules and figures in force, a day."""

    id: str
    name: Names
    programmes: tuple[Programme, ...]
    rule_set: str
    figures: FigureTable = field(default_factory=dict, repr=False)
    rule_sets: Mapping[str, RuleSet] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse an agency that could not be served, and put its rules in order."""
        _refuse(declaring.id_fault("agency", self.id))
        if not self.programmes:
            raise DeclarationError(f"The agency {self.id} offers nothing: declare at least one programme.")
        _refuse(
            declaring.twice(
                f"The agency {self.id} lists the programme", (each.id for each in self.programmes)
            )
        )
        object.__setattr__(self, "rule_sets", self.rules_of_version(self.rule_set))

    def rules_of_version(self, version: str) -> Mapping[str, RuleSet]:
        """Return the rules by programme as they stood in a version, kept ones and coming ones alike.

        A version is a day, `2026-11-28`: it has what was added up to it and not yet dropped. Raises
        DeclarationError for one that is not kept.
        """
        as_of = declaring.day_of_version(version)
        if version != self.rule_set and (as_of is None or as_of < FIRST_VERSION):
            raise DeclarationError(
                f"The rules of {self.id} are not kept under the version {version}: name a day from "
                f"{FIRST_VERSION} on, as {self.rule_set}."
            )
        return MappingProxyType({each.id: self._rule_set(each, version, as_of) for each in self.programmes})

    def _rule_set(self, programme: Programme, version: str, as_of: date | None) -> RuleSet:
        rules = tuple(each for each in programme.rules if each.in_version(as_of))
        return RuleSet(
            programme.id,
            f"{self.id}/{version}",
            rules,
            discretionary=programme.discretionary,
            kind=programme.kind,
            figures=self.figures,
            as_of=as_of,
        )

    @property
    def room_policies(self) -> Mapping[str, RoomPolicy]:
        """How each programme gives its room away."""
        return {each.id: RoomPolicy(each.answer, each.queue_order, each.places) for each in self.programmes}


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
    rule_set = agency.rule_sets[programme.id]
    return ProgrammePublished(
        programme=programme.id,
        version=version,
        name_ko=programme.name.ko,
        name_en=programme.name.en,
        kind=programme.kind,
        summary_ko=programme.summary.ko,
        summary_en=programme.summary.en,
        subjects=(programme.subject,),
        items=programme.items_for(rule_set.rules),
        documents=programme.documents,
        serves=programme.serves,
        rule_set=rule_set.version if rule_set.rules else None,
        rules=tuple(
            RulePublished(
                rule=each.id,
                citation=each.citation,
                explanation_ko=each.ko,
                explanation_en=each.en,
                facts=tuple(f"circumstances.{name}" for name in each.reads),
            )
            for each in rule_set.rules
        ),
        retention_days=programme.retention_days,
        clocks=programme.clocks,
        hears=declaring.HEARS,
        valid_from=programme.valid_from,
        valid_until=programme.valid_until,
    )


def _refuse(fault: str | None) -> None:
    if fault is not None:
        raise DeclarationError(fault)
