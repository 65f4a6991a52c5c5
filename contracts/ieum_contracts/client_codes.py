"""Coded values that say something about a client: needs, benefits, work, debts, service, documents."""

from enum import StrEnum


class FactSource(StrEnum):
    """How well a fact is known: said by the client, seen on paper, or looked up by an agency."""

    STATED = "stated"
    DOCUMENTED = "documented"
    VERIFIED = "verified"


class Need(StrEnum):
    """What a client needs help with; the part before the first hyphen is the area."""

    WORK_FINDING = "work-finding"
    WORK_TRAINING = "work-training"
    WORK_KEEPING = "work-keeping"
    WORK_STARTING_BUSINESS = "work-starting-business"
    WORK_HIRING = "work-hiring"
    INCOME_LIVELIHOOD = "income-livelihood"
    INCOME_EMERGENCY = "income-emergency"
    DEBT_ARREARS = "debt-arrears"
    DEBT_CREDIT = "debt-credit"
    HOUSING_RENT = "housing-rent"
    HOUSING_UNSAFE = "housing-unsafe"
    HEALTH_TREATMENT = "health-treatment"
    HEALTH_MIND = "health-mind"
    CARE_CHILDREN = "care-children"
    CARE_FAMILY = "care-family"
    EDUCATION_COSTS = "education-costs"
    SAFETY_AT_HOME = "safety-at-home"
    LEGAL_ADVICE = "legal-advice"
    LANGUAGE_KOREAN = "language-korean"

    @property
    def area(self) -> str:
        """Name the area of the need; case management asks for needs of two areas."""
        return self.value.partition("-")[0]


class Goal(StrEnum):
    """What a referral is to reach."""

    EMPLOYMENT = "employment"
    TRAINING = "training"
    INCOME_SECURED = "income-secured"
    DEBT_SETTLED = "debt-settled"
    LOAN_FOUND = "loan-found"
    HOUSING_SECURED = "housing-secured"
    CARE_ARRANGED = "care-arranged"
    HEALTH_SUPPORTED = "health-supported"
    VACANCIES_FILLED = "vacancies-filled"
    INFORMED = "informed"


class SafetyFlag(StrEnum):
    """What staff must know before they call or meet; never the story behind it."""

    CALL_WITH_CARE = "call-with-care"
    VIOLENCE_AT_HOME = "violence-at-home"
    CHILD_AT_RISK = "child-at-risk"
    MEET_IN_PAIRS = "meet-in-pairs"


class PriorityCause(StrEnum):
    """Why a referral is more urgent than routine."""

    NO_MEANS_TODAY = "no-means-today"
    LOSS_OF_HOME = "loss-of-home"
    BENEFIT_ENDS_SOON = "benefit-ends-soon"
    CLAIM_DEADLINE = "claim-deadline"
    SAFETY = "safety"
    CLIENT_WAITING_AT_DESK = "client-waiting-at-desk"


class Sex(StrEnum):
    """Sex as registered."""

    FEMALE = "female"
    MALE = "male"


class EmploymentStatus(StrEnum):
    """How a client works now."""

    UNEMPLOYED = "unemployed"
    EMPLOYED = "employed"
    CIVIL_SERVANT = "civil-servant"
    PRIVATE_SCHOOL_STAFF = "private-school-staff"
    LARGE_FIRM = "large-firm"
    SPECIAL_TYPE = "special-type"
    SELF_EMPLOYED = "self-employed"
    SERVING = "serving"


class SeparationKind(StrEnum):
    """How the last job ended."""

    DISMISSED = "dismissed"
    CONTRACT_ENDED = "contract-ended"
    BUSINESS_CLOSED = "business-closed"
    LEFT_WITH_JUST_CAUSE = "left-with-just-cause"
    LEFT_OF_OWN_ACCORD = "left-of-own-accord"
    DISMISSED_FOR_GRAVE_FAULT = "dismissed-for-grave-fault"


class Benefit(StrEnum):
    """A benefit, a status or a funded place that rules ask about."""

    JOB_SEEKING_BENEFIT = "job-seeking-benefit"
    JOB_SEEKING_ALLOWANCE = "job-seeking-allowance"
    LIVELIHOOD_BENEFIT = "livelihood-benefit"
    MEDICAL_BENEFIT = "medical-benefit"
    HOUSING_BENEFIT = "housing-benefit"
    EDUCATION_BENEFIT = "education-benefit"
    NEAR_POOR = "near-poor"
    EMERGENCY_RELIEF = "emergency-relief"
    MILITARY_PENSION = "military-pension"
    CAREER_CHANGE_ALLOWANCE = "career-change-allowance"
    FUNDED_JOB_PROGRAMME = "funded-job-programme"
    EARNED_INCOME_TAX_CREDIT = "earned-income-tax-credit"
    SINGLE_PARENT_SUPPORT = "single-parent-support"


class RankClass(StrEnum):
    """Class of military rank at discharge."""

    OFFICER = "officer"
    WARRANT_OFFICER = "warrant-officer"
    NON_COMMISSIONED_OFFICER = "non-commissioned-officer"
    ENLISTED = "enlisted"


class CareerBreakReason(StrEnum):
    """Why a client left work."""

    MARRIAGE = "marriage"
    PREGNANCY = "pregnancy"
    BIRTH = "birth"
    CHILDCARE = "childcare"
    FAMILY_CARE = "family-care"
    WORKING_CONDITIONS = "working-conditions"
    OTHER = "other"


class CrisisCause(StrEnum):
    """What threw a household into crisis (긴급복지지원법 2)."""

    INCOME_LOST = "income-lost"
    GRAVE_ILLNESS = "grave-illness"
    NEGLECT_OR_ABUSE = "neglect-or-abuse"
    VIOLENCE_AT_HOME = "violence-at-home"
    FIRE_OR_DISASTER = "fire-or-disaster"
    BUSINESS_CLOSED = "business-closed"
    RELEASED = "released"
    HOMELESS = "homeless"


class Document(StrEnum):
    """A paper that a desk asks for or has seen."""

    IDENTITY_SEEN = "identity-seen"
    SEPARATION_CERTIFICATE = "separation-certificate"
    INSURANCE_RECORD = "insurance-record"
    INCOME_PROOF = "income-proof"
    ASSETS_PROOF = "assets-proof"
    DEBT_STATEMENT = "debt-statement"
    LEASE_CONTRACT = "lease-contract"
    FAMILY_RELATIONS = "family-relations"
    RESIDENCE_CERTIFICATE = "residence-certificate"
    SERVICE_CERTIFICATE = "service-certificate"
    RESUME = "resume"
    BUSINESS_REGISTRATION = "business-registration"
    BANK_ACCOUNT_COPY = "bank-account-copy"


class Question(StrEnum):
    """What a recipient still has to know before it can decide."""

    CONTACT_DETAILS = "contact-details"
    SAFE_CONTACT = "safe-contact"
    HOUSEHOLD = "household"
    INCOME = "income"
    ASSETS = "assets"
    DEBTS = "debts"
    WORK_HISTORY = "work-history"
    SEPARATION = "separation"
    MILITARY_SERVICE = "military-service"
    BENEFITS = "benefits"
    DOCUMENTS = "documents"
    WISHES = "wishes"
    VACANCY = "vacancy"
    CONSENT = "consent"
