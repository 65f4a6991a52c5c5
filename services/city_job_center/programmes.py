"""What the city's job centre offers."""

from ieum.agency import Names, Programme
from ieum.casework.capacity import AnswerPolicy
from ieum_contracts.client_codes import Need
from ieum_contracts.codes import SubjectKind
from services.city_job_center.eligibility import lives_or_works_in_the_city, workplace_in_the_city

RESIDENTS = (lives_or_works_in_the_city,)

PROGRAMMES = (
    Programme(
        "job-counselling",
        Names("직업상담", "Job counselling"),
        Names("구직 상담과 진로 설계", "Counselling on the way to a job"),
        rules=RESIDENTS,
        serves=(Need.WORK_FINDING,),
    ),
    Programme(
        "job-fair",
        Names("채용박람회", "Job fair"),
        Names("현장 면접이 있는 채용 행사", "A day on which employers interview on the spot"),
        rules=RESIDENTS,
        extra_items=("circumstances.job_wanted",),
        retention_days=365,
        serves=(Need.WORK_FINDING,),
        answer=AnswerPolicy.AUTOMATIC,
    ),
    Programme(
        "job-programme",
        Names("취업지원프로그램", "Job programme"),
        Names("이력서·면접 준비 과정", "Courses on applications and interviews"),
        rules=RESIDENTS,
        serves=(Need.WORK_FINDING,),
    ),
    Programme(
        "job-placement",
        Names("취업연계·사후관리", "Placement and aftercare"),
        Names("일자리 연계와 취업 후 사후관리", "A post found, and aftercare in it"),
        rules=RESIDENTS,
        extra_items=("circumstances.job_wanted", "circumstances.hours_wanted"),
        serves=(Need.WORK_FINDING, Need.WORK_KEEPING),
    ),
    Programme(
        "hiring-support",
        Names("구인 지원", "Hiring support"),
        Names("기업의 채용 지원", "Help for employers who want to hire"),
        rules=(workplace_in_the_city,),
        subject=SubjectKind.EMPLOYER,
        serves=(Need.WORK_HIRING,),
    ),
)
