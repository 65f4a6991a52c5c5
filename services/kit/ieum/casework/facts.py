"""Facts for rules: those of the circumstances, and those from other parts of a referral."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from pydantic import JsonValue, ValidationError
from pydantic_core import to_json

from ieum.casework.conditions import Missing, Places
from ieum.casework.municipality_names import place_of
from ieum_contracts.circumstances import Circumstances, Fact, MunicipalityFact
from ieum_contracts.client_codes import FactSource

_BIRTH, _NEEDS = "birth_date", "needs"
_RESIDENCE, _WORKPLACE = "residence_municipality", "workplace_municipality"
_CODE_OF_WORKPLACE = "workplace_municipality_code"


@dataclass(frozen=True, slots=True)
class Facts:
    """The given facts by their names in `Circumstances`; one that was not understood is `Missing`."""

    values: Mapping[str, object]
    sources: Mapping[str, FactSource] = field(default_factory=dict)
    """How each fact is known; one that is not here is stated."""

    def verified(self) -> Self:
        """Return the facts that are verified."""
        source_of = self.sources.get
        verified = {
            name: value for name, value in self.values.items() if source_of(name) is FactSource.VERIFIED
        }
        return type(self)(verified, self.sources)

    def stated(self, names: Iterable[str]) -> tuple[str, ...]:
        """Name those of these facts that are known by the client's word alone."""
        source_of = self.sources.get
        return tuple(
            name
            for name in names
            if name in self.values and source_of(name, FactSource.STATED) is FactSource.STATED
        )


def facts_in(circumstances: Circumstances, on: date) -> Facts:
    """Return the facts of circumstances; a birth after the assessed day is not understood."""
    values = {name: _bare(name, fact) for name, fact in circumstances if fact is not None}
    birth = values.get(_BIRTH)
    if isinstance(birth, date) and birth > on:
        values[_BIRTH] = _not_understood(_BIRTH)
    return Facts(values, {name: fact.source for name, fact in circumstances if isinstance(fact, Fact)})


def facts_of(requested: Mapping[str, JsonValue], on: date) -> Facts:
    """Return the facts of a referral, given as JSON: of its circumstances, else of its other fields.

    Those are the client's birth date and address, the needs of the referral, and the workplaces of an
    employer's vacancies, with the confidence of a client's statement. A fact among the circumstances
    takes precedence: it was given for the assessment.
    """
    sealed = _member(requested, "sealed")
    client = _member(sealed, "client")
    beside = {_BIRTH: client.get("birth_date"), _NEEDS: requested.get("needs") or None}
    stated: dict[str, JsonValue] = {
        name: {"value": value, "source": FactSource.STATED.value}
        for name, value in beside.items()
        if value is not None
    }
    circumstances = {**stated, **_member(sealed, "circumstances")}
    understood = _understood(circumstances, on)
    return Facts({**_places_beside(sealed), **understood.values}, understood.sources)


def _understood(circumstances: Mapping[str, JsonValue], on: date) -> Facts:
    """Read facts one by one: a stored one that today's contract refuses is given but not understood."""
    try:
        return facts_in(_read(circumstances), on)
    except ValidationError as error:
        refused = {str(each["loc"][0]) for each in error.errors(include_input=False) if each["loc"]}
    others = {name: fact for name, fact in circumstances.items() if name not in refused}
    read = facts_in(_read(others), on)
    return Facts({**read.values, **{name: _not_understood(name) for name in refused}}, read.sources)


def _read(circumstances: Mapping[str, JsonValue]) -> Circumstances:
    return Circumstances.model_validate_json(to_json(circumstances))


def _places_beside(sealed: Mapping[str, JsonValue]) -> Mapping[str, Places]:
    residence = _place(_member(sealed, "client"), "address")
    vacancies = _member(sealed, "employer").get("vacancies")
    posts = [each for each in vacancies if isinstance(each, dict)] if isinstance(vacancies, list) else []
    located = [each for each in posts if _WORKPLACE in each or _CODE_OF_WORKPLACE in each]
    works = tuple(_place(each, _WORKPLACE, _CODE_OF_WORKPLACE) for each in located)
    return {
        **({} if residence is None else {_RESIDENCE: Places(_RESIDENCE, (residence,))}),
        **({_WORKPLACE: Places(_WORKPLACE, works)} if works else {}),
    }


def _place(of: Mapping[str, JsonValue], name: str, code: str = "") -> frozenset[str] | None:
    named, coded = of.get(name), of.get(code)
    return place_of(named if isinstance(named, str) else None, coded if isinstance(coded, str) else None)


def _bare(name: str, fact: object) -> object:
    if isinstance(fact, MunicipalityFact):
        return Places(name, (place_of(fact.value, fact.code),))
    return getattr(fact, "value", None)


def _not_understood(name: str) -> Missing:
    return Missing(frozenset({name}))


def _member(of: Mapping[str, JsonValue], name: str) -> Mapping[str, JsonValue]:
    found = of.get(name)
    return found if isinstance(found, dict) else {}
