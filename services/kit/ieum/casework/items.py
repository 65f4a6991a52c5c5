"""The items of `sealed` that every referral of a person or an employer may carry."""

EVERY_REFERRAL = ("documents_held", "reason_in_words", "sender_desk")
PERSON_ITEMS = (
    "client.name",
    "client.birth_date",
    "client.address",
    "contact.phone",
    "contact.email",
    "contact.safe_to_call",
    "contact.safe_hours",
    "contact.proxy",
    "contact.guardian",
    "interpreter_language",
    "accessibility",
    *EVERY_REFERRAL,
)
EMPLOYER_ITEMS = (
    "employer.name",
    "employer.business_number",
    "employer.contact_name",
    "employer.phone",
    "employer.staff",
    "employer.vacancies",
    *EVERY_REFERRAL,
)
