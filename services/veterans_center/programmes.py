"""What the veterans' centre offers."""

from ieum.agency import Names, Programme
from ieum_contracts.client_codes import Document, Need
from services.veterans_center import eligibility

PROGRAMMES = (
    Programme(
        "career-change-allowance",
        Names("전직지원금", "Career-change allowance"),
        Names(
            "최대 6개월간 월 50만원(장기복무 70만원)", "500,000 won (long term 700,000) for up to 6 months"
        ),
        rules=eligibility.CAREER_CHANGE_ALLOWANCE,
        documents=(Document.SERVICE_CERTIFICATE,),
        serves=(Need.INCOME_LIVELIHOOD,),
    ),
    Programme(
        "veterans-employment",
        Names("취업지원대상자", "Employment of veterans"),
        Names("장기복무 제대군인의 취업 추천과 가점", "Posts and bonus points for long-serving veterans"),
        rules=eligibility.EMPLOYMENT,
        documents=(Document.SERVICE_CERTIFICATE,),
        serves=(Need.WORK_FINDING,),
    ),
    Programme(
        "veterans-tailored",
        Names("취업·창업 맞춤지원", "Tailored help with work or a business"),
        Names("제대군인 상담·교육·창업 지원", "Counselling, training and help to start a business"),
        serves=(Need.WORK_FINDING, Need.WORK_STARTING_BUSINESS),
    ),
)
