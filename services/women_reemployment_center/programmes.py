"""What the women's re-employment centre offers."""

from ieum.agency import Names, Programme
from ieum_contracts.client_codes import Need
from services.women_reemployment_center import eligibility

PROGRAMMES = (
    Programme(
        "women-counselling",
        Names("직업상담", "Career counselling"),
        Names("여성의 취업을 위한 상담과 동행면접", "Counselling of women on the way back to work"),
        rules=eligibility.SERVED,
        serves=(Need.WORK_FINDING,),
    ),
    Programme(
        "women-training",
        Names("직업교육훈련", "Vocational training"),
        Names("기업 수요에 맞춘 여성 직업교육훈련", "Training of women for what firms ask for"),
        rules=eligibility.SERVED,
        serves=(Need.WORK_TRAINING,),
    ),
    Programme(
        "women-internship",
        Names("새일여성인턴", "Saeil internship for women"),
        Names("참여 기업에서의 인턴과 채용 연계", "An internship with an employer, with a view to a post"),
        rules=eligibility.INTERNSHIP,
        serves=(Need.WORK_FINDING, Need.WORK_TRAINING),
    ),
)
