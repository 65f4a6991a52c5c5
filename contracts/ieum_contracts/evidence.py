"""Where a fact was read: the paper that a desk has seen, or a register."""

from enum import StrEnum


class Evidence(StrEnum):
    """The paper that a desk has seen, or the register that an agency has looked into."""

    IDENTITY_CARD = "identity-card"
    SEPARATION_CERTIFICATE = "separation-certificate"
    INCOME_PROOF = "income-proof"
    ASSETS_PROOF = "assets-proof"
    DEBT_STATEMENT = "debt-statement"
    LEASE_CONTRACT = "lease-contract"
    FAMILY_RELATIONS = "family-relations"
    RESIDENCE_CERTIFICATE = "residence-certificate"
    SERVICE_CERTIFICATE = "service-certificate"
    BUSINESS_REGISTRATION = "business-registration"
    EMPLOYMENT_CONTRACT = "employment-contract"
    RESIDENT_REGISTER = "resident-register"
    EMPLOYMENT_INSURANCE_REGISTER = "employment-insurance-register"
    WELFARE_REGISTER = "welfare-register"
    TAX_REGISTER = "tax-register"
    CREDIT_REGISTER = "credit-register"
    MILITARY_REGISTER = "military-register"
    AGENCY_RECORD = "agency-record"
