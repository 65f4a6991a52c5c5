"""What the city's welfare team offers."""

from ieum.agency import Names, Programme
from ieum_contracts.client_codes import Need
from ieum_contracts.codes import ProgrammeKind
from services.city_welfare_team import eligibility as rules

PROGRAMMES = (
    Programme(
        "welfare-counselling",
        Names("복지종합상담", "Welfare counselling"),
        Names("복지 전반의 상담과 안내", "Advice on all of welfare"),
        kind=ProgrammeKind.ASSESSMENT,
    ),
    Programme(
        "case-management",
        Names("통합사례관리", "Integrated case management"),
        Names("복합적 욕구가 있는 가구의 통합 지원", "One plan for a household with needs of several kinds"),
        rules=(rules.needs_of_two_areas,),
        discretionary=True,
    ),
    Programme(
        "livelihood",
        Names("생계급여", "Livelihood benefit"),
        Names("기초생활보장 생계급여", "Basic livelihood security: money to live on"),
        rules=(rules.recognised_income_within_32_percent,),
        serves=(Need.INCOME_LIVELIHOOD,),
    ),
    Programme(
        "medical",
        Names("의료급여", "Medical benefit"),
        Names("기초생활보장 의료급여", "Basic livelihood security: medical care"),
        rules=(rules.recognised_income_within_40_percent,),
        serves=(Need.HEALTH_TREATMENT,),
    ),
    Programme(
        "housing",
        Names("주거급여", "Housing benefit"),
        Names("기초생활보장 주거급여", "Basic livelihood security: rent and repairs"),
        rules=(rules.recognised_income_within_48_percent,),
        serves=(Need.HOUSING_RENT,),
    ),
    Programme(
        "education",
        Names("교육급여", "Education benefit"),
        Names("기초생활보장 교육급여", "Basic livelihood security: costs of school"),
        rules=(rules.recognised_income_within_50_percent,),
        serves=(Need.EDUCATION_COSTS,),
    ),
    Programme(
        "emergency-relief",
        Names("긴급복지", "Emergency relief"),
        Names("위기가구 긴급 지원", "Quick help for a household in crisis"),
        rules=rules.EMERGENCY_RELIEF,
        serves=(Need.INCOME_EMERGENCY,),
    ),
    Programme(
        "local-resources",
        Names("지역자원연계", "Local resources"),
        Names("민간·지역 자원 연계", "Help from charities and neighbours"),
        serves=(Need.INCOME_EMERGENCY,),
    ),
    Programme(
        "self-reliance",
        Names("자립지원", "Self-reliance"),
        Names("자활과 자산형성 지원", "Work and savings towards standing on one's own feet"),
        serves=(Need.INCOME_LIVELIHOOD,),
    ),
)
