"""What the employment centre offers."""

from ieum.agency import Names, Programme
from ieum_contracts.client_codes import Need
from services.employment_center import eligibility, employment_support

PROGRAMMES = (
    Programme(
        "job-seeking-benefit",
        Names("구직급여", "Job-seeking benefit"),
        Names("실직 후 구직하는 동안의 생계 지원", "Money to live on while looking for a new job"),
        rules=eligibility.JOB_SEEKING_BENEFIT,
        serves=(Need.INCOME_LIVELIHOOD,),
    ),
    Programme(
        "employment-support-1",
        Names("국민취업지원제도 I유형 (요건심사형)", "Employment support I, by requirements"),
        Names("구직촉진수당과 취업지원서비스", "Job-seeking allowance and employment services"),
        rules=employment_support.BY_REQUIREMENTS,
        serves=(Need.WORK_FINDING, Need.INCOME_LIVELIHOOD),
    ),
    Programme(
        "employment-support-1-selective",
        Names("국민취업지원제도 I유형 (선발형)", "Employment support I, by selection"),
        Names("예산 범위에서 선발하는 구직촉진수당", "Job-seeking allowance, selected within the budget"),
        rules=employment_support.BY_SELECTION,
        discretionary=True,
        serves=(Need.WORK_FINDING, Need.INCOME_LIVELIHOOD),
    ),
    Programme(
        "employment-support-2",
        Names("국민취업지원제도 II유형", "Employment support II"),
        Names("취업지원서비스와 취업활동비용", "Employment services and costs of the search"),
        rules=employment_support.SUPPORT_2,
        serves=(Need.WORK_FINDING,),
    ),
    Programme(
        "training-card",
        Names("국민내일배움카드", "Training card"),
        Names("직업훈련비 지원", "Costs of vocational training"),
        rules=eligibility.TRAINING_CARD,
        serves=(Need.WORK_TRAINING,),
    ),
    Programme(
        "re-employment-support",
        Names("재취업지원", "Re-employment support"),
        Names("재취업을 위한 상담과 알선", "Counselling and placement after a job was lost"),
        serves=(Need.WORK_FINDING,),
    ),
)
