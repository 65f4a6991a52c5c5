"""The facts that the programmes' rules read; each optional, each with how well it is known."""

from datetime import date
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from ieum_contracts.client_codes import (
    Benefit,
    CareerBreakReason,
    CrisisCause,
    EmploymentStatus,
    FactSource,
    Need,
    RankClass,
    SeparationKind,
    Sex,
)
from ieum_contracts.contradictions import CONTRADICTED, check, check_period
from ieum_contracts.days import BirthDay, LifeDay, LoanDay
from ieum_contracts.evidence import Evidence
from ieum_contracts.model import (
    LIST_ITEMS_MAX,
    WHOLE,
    Count,
    Flag,
    Line,
    Model,
    NetWon,
    Won,
    personal,
    plain,
    sensitive,
)
from ieum_contracts.timing import PastDay

Value = TypeVar("Value")
MunicipalityCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}(?:[0-9]{5})?$")]
"""행정표준코드 of a place in ten digits, or the five that name the municipality: 4163000000 is Yangju."""


class Fact(Model, Generic[Value]):
    """One fact with how well it is known."""

    value: Annotated[Value, personal("What is the case.")]
    source: Annotated[FactSource, plain("Whether it was stated, documented or verified.")]
    evidence: Annotated[Evidence | None, personal("The paper or register in which it was read.")] = None
    as_of: Annotated[PastDay | None, personal("The day on which it was so; absent: the day of saying.")] = (
        None
    )

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Name a kind of fact after its values, `FactDay`: the name stands in every schema."""
        (value,) = params
        named = (name for name, each in globals().items() if each is value)
        return f"Fact{next(named, getattr(value, '__name__', 'Value')).strip('_')}"


class MunicipalityFact(Fact[Line]):
    """A city, county or district: its official code, which counts, with the name beside it for people.

    Without a code the name is understood as far as it can be; a code may also stand in its place.
    """

    code: Annotated[MunicipalityCode | None, personal("행정표준코드 (법정동코드) of the place.")] = None


class BenefitHeld(Model):
    """A benefit in payment, or one that has ended."""

    benefit: Annotated[Benefit, personal("Which benefit.")]
    since: Annotated[LifeDay | None, personal("First day for which it was granted.")] = None
    until: Annotated[LifeDay | None, personal("Last day for which it was granted; absent while it runs.")] = (
        None
    )

    @field_validator("until")
    @classmethod
    def _ends_after_it_began(cls, until: date | None, info: ValidationInfo) -> date | None:
        check_period(
            info.data.get("since"), until, "A benefit does not end (`until`) before it began (`since`)."
        )
        return until


class PolicyLoan(Model):
    """An earlier policy loan (햇살론 and the like)."""

    taken_on: Annotated[LoanDay, personal("Day on which it was paid out.")]
    repaid_on: Annotated[LoanDay | None, personal("Day on which it was repaid; absent while it runs.")] = None
    credit_percentile: Annotated[
        Annotated[int, Field(strict=True, ge=0, le=100), WHOLE] | None, personal("Credit percentile then.")
    ] = None

    @field_validator("repaid_on")
    @classmethod
    def _repaid_after_it_was_taken(cls, repaid_on: date | None, info: ValidationInfo) -> date | None:
        rule = "A loan is not repaid (`repaid_on`) before it was paid out (`taken_on`)."
        check_period(info.data.get("taken_on"), repaid_on, rule)
        return repaid_on


Benefits = Annotated[tuple[BenefitHeld, ...], Field(max_length=LIST_ITEMS_MAX)]
Loans = Annotated[tuple[PolicyLoan, ...], Field(max_length=LIST_ITEMS_MAX)]
Needs = Annotated[tuple[Need, ...], Field(max_length=LIST_ITEMS_MAX)]
Percentile = Annotated[int, Field(strict=True, ge=0, le=100), WHOLE]
HouseholdSize = Annotated[int, Field(strict=True, ge=1, le=30), WHOLE]
WeeklyHours = Annotated[int, Field(strict=True, ge=1, le=80), WHOLE]
DaysInTwoYears = Annotated[int, Field(strict=True, ge=0, le=731), WHOLE]
HoursInTwoYears = Annotated[int, Field(strict=True, ge=0, le=731 * 24), WHOLE]
MonthsOfService = Annotated[int, Field(strict=True, ge=0, le=720), WHOLE]
YearsAhead = Annotated[int, Field(strict=True, ge=0, le=20), WHOLE]


class Circumstances(Model):
    """What is known of a client's life as far as a programme's rules ask for it; the rest stays at home."""

    birth_date: Annotated[Fact[BirthDay] | None, personal("Birth date.")] = None
    sex: Annotated[Fact[Sex] | None, personal("Sex as registered.")] = None
    household_size: Annotated[Fact[HouseholdSize] | None, personal("Heads in the household.")] = None
    residence_municipality: Annotated[MunicipalityFact | None, personal("City or county of residence.")] = (
        None
    )
    workplace_municipality: Annotated[MunicipalityFact | None, personal("City or county of work.")] = None

    recognised_income_monthly: Annotated[Fact[Won] | None, personal("소득인정액, won a month.")] = None
    household_income_monthly: Annotated[Fact[Won] | None, personal("Household income, won a month.")] = None
    own_income_monthly: Annotated[Fact[Won] | None, personal("Own income, won a month.")] = None
    own_income_annual: Annotated[Fact[Won] | None, personal("Own income, won a year.")] = None
    household_assets: Annotated[Fact[NetWon] | None, personal("Household assets less debts, won.")] = None
    financial_assets: Annotated[Fact[Won] | None, personal("Financial assets, won.")] = None

    insured_days: Annotated[
        Fact[Count] | None,
        personal("피보험단위기간: insured days in the 18 months before separation, not calendar days."),
    ] = None
    separation_date: Annotated[Fact[LifeDay] | None, personal("Day on which the last job ended.")] = None
    separation_kind: Annotated[Fact[SeparationKind] | None, personal("How the last job ended.")] = None
    work_days: Annotated[Fact[DaysInTwoYears] | None, personal("Days worked in the last 24 months.")] = None
    work_hours: Annotated[Fact[HoursInTwoYears] | None, personal("Hours worked in the last 24 months.")] = (
        None
    )
    able_to_work: Annotated[Fact[Flag] | None, personal("Able to work now.")] = None
    willing_to_work: Annotated[Fact[Flag] | None, personal("Willing to work.")] = None
    searching: Annotated[Fact[Flag] | None, personal("Looking for work.")] = None
    employment_status: Annotated[Fact[EmploymentStatus] | None, personal("How the client works now.")] = None
    yearly_revenue: Annotated[Fact[Won] | None, personal("Yearly revenue of the self-employed, won.")] = None
    student: Annotated[Fact[Flag] | None, personal("Enrolled at a school or university.")] = None
    student_years_left: Annotated[Fact[YearsAhead] | None, personal("WHOLE years until graduation.")] = None
    career_break_reason: Annotated[Fact[CareerBreakReason] | None, personal("Why work was left.")] = None
    never_worked: Annotated[Fact[Flag] | None, personal("Never had a job.")] = None
    job_wanted: Annotated[Fact[Line] | None, personal("Kind of job wanted.")] = None
    post_weekly_hours: Annotated[
        Fact[WeeklyHours] | None, personal("Hours a week of the post that an employer offers the client.")
    ] = None
    post_months: Annotated[Fact[Count] | None, personal("Months for which that post is offered.")] = None
    priority_group: Annotated[
        Fact[Flag] | None,
        personal("In a group (특정계층) that job support serves whatever its income."),
    ] = None
    hours_wanted: Annotated[Fact[WeeklyHours] | None, personal("Hours a week wanted.")] = None

    benefits: Annotated[Fact[Benefits] | None, personal("Benefits in payment and ended, with dates.")] = None
    unsecured_debt: Annotated[Fact[Won] | None, personal("Unsecured debt, won.")] = None
    secured_debt: Annotated[Fact[Won] | None, personal("Secured debt, won.")] = None
    arrears_days: Annotated[Fact[Count] | None, personal("Longest arrears, days.")] = None
    arrears_risk: Annotated[Fact[Flag] | None, personal("Risk of falling into arrears.")] = None
    credit_percentile: Annotated[Fact[Percentile] | None, personal("Credit percentile, 0 is worst.")] = None
    policy_loans: Annotated[Fact[Loans] | None, personal("Earlier policy loans.")] = None

    rank_class: Annotated[Fact[RankClass] | None, personal("Class of military rank at discharge.")] = None
    service_months: Annotated[Fact[MonthsOfService] | None, personal("Months of military service.")] = None
    discharge_date: Annotated[Fact[LifeDay] | None, personal("Discharge, past or foreseen.")] = None
    military_extension_years: Annotated[
        Fact[YearsAhead] | None, personal("Years by which service lifts an age limit.")
    ] = None

    crisis_cause: Annotated[Fact[CrisisCause] | None, personal("What threw the household into crisis.")] = (
        None
    )
    needs: Annotated[Fact[Needs] | None, personal("Needs, coded.")] = None
    marriage_immigrant: Annotated[
        Fact[Flag] | None, sensitive("Marriage immigrant; only with its own consent line.")
    ] = None

    @field_validator(*CONTRADICTED)
    @classmethod
    def _agrees(cls, fact: Fact[Any] | None, info: ValidationInfo) -> Fact[Any] | None:
        if fact is not None and info.field_name is not None:
            check(info.field_name, fact.value, info.data)
        return fact
