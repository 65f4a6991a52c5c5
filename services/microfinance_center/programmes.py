"""What the microfinance centre offers."""

from ieum.agency import Names, Programme
from ieum_contracts.client_codes import Need
from services.microfinance_center import eligibility as rules
from services.microfinance_center import loans

PROGRAMMES = (
    Programme(
        "debt-adjustment-prompt",
        Names("신속채무조정", "Prompt debt adjustment"),
        Names("연체 30일 이하 채무의 조정", "Debts adjusted before they fall into long arrears"),
        rules=(rules.arrears_up_to_30_days, rules.debts_within_limits),
        serves=(Need.DEBT_ARREARS,),
    ),
    Programme(
        "debt-adjustment-pre",
        Names("사전채무조정", "Pre-workout"),
        Names("연체 31~89일 채무의 조정", "Debts adjusted at 31 to 89 days of arrears"),
        rules=(rules.arrears_of_31_to_89_days, rules.debts_within_limits),
        serves=(Need.DEBT_ARREARS,),
    ),
    Programme(
        "debt-adjustment-individual",
        Names("개인워크아웃", "Individual workout"),
        Names("연체 90일 이상 채무의 조정", "Debts adjusted from 90 days of arrears on"),
        rules=(rules.arrears_of_90_days_or_more, rules.debts_within_limits),
        serves=(Need.DEBT_ARREARS,),
    ),
    Programme(
        "sunshine-special",
        Names("햇살론 특례보증", "Sunshine loan, special guarantee"),
        Names(
            "최대 1,000만원, 연 12.5%(취약계층 9.9%) 이하", "At most 10 M won at 12.5 % (vulnerable 9.9 %)"
        ),
        rules=(loans.low_income_and_low_credit,),
        serves=(Need.DEBT_CREDIT,),
    ),
    Programme(
        "sunshine-youth",
        Names("햇살론 유스", "Sunshine loan for the young"),
        Names("청년 생애 한도 1,200만원", "At most 12 M won in a lifetime, for the young"),
        rules=(loans.young_with_low_income,),
        serves=(Need.DEBT_CREDIT,),
    ),
    Programme(
        "sunshine-bank",
        Names("햇살론 뱅크", "Sunshine loan, back to the banks"),
        Names("최대 2,500만원", "At most 25 M won, for those whose credit has improved"),
        rules=(loans.improved_since_policy_loan,),
        serves=(Need.DEBT_CREDIT,),
    ),
    Programme(
        "smile-microcredit",
        Names("미소금융", "Smile microcredit"),
        Names("창업·운영·생계자금 소액대출", "Small loans to start or run a business, or to live on"),
        rules=(loans.low_credit_or_near_poverty,),
        serves=(Need.DEBT_CREDIT, Need.WORK_STARTING_BUSINESS),
    ),
)
