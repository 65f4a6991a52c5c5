"""What facts and papers are called in Korean and English, and which paper tells which fact."""

from collections.abc import Mapping

from ieum_contracts.client_codes import Document

FACT_NAMES: Mapping[str, tuple[str, str]] = {
    "birth_date": ("생년월일", "birth date"),
    "sex": ("성별", "sex as registered"),
    "household_size": ("가구원 수", "heads of the household"),
    "residence_municipality": ("거주지", "city or county of residence"),
    "workplace_municipality": ("사업장 소재지", "city or county of work"),
    "recognised_income_monthly": ("소득인정액(월)", "recognised income a month"),
    "household_income_monthly": ("가구 소득(월)", "household income a month"),
    "own_income_monthly": ("본인 소득(월)", "own income a month"),
    "own_income_annual": ("본인 소득(연)", "own income a year"),
    "household_assets": ("가구 재산", "household assets"),
    "financial_assets": ("금융재산", "financial assets"),
    "insured_days": ("피보험단위기간", "insured days before separation"),
    "separation_date": ("이직일", "day on which the last job ended"),
    "separation_kind": ("이직 사유", "reason why the last job ended"),
    "work_days": ("최근 2년 근로일수", "days worked in the last 24 months"),
    "work_hours": ("최근 2년 근로시간", "hours worked in the last 24 months"),
    "able_to_work": ("근로 능력", "ability to work now"),
    "willing_to_work": ("근로 의사", "wish to work"),
    "searching": ("구직활동", "search for work"),
    "employment_status": ("취업 상태", "present work"),
    "yearly_revenue": ("연 매출", "yearly revenue"),
    "student": ("재학 여부", "enrolment as a student"),
    "student_years_left": ("졸업까지 남은 햇수", "years until graduation"),
    "career_break_reason": ("일을 그만둔 이유", "reason why work was left"),
    "never_worked": ("취업 경험 유무", "fact whether the client ever worked"),
    "job_wanted": ("희망 직종", "kind of job wanted"),
    "post_weekly_hours": ("인턴 일자리의 주 근로시간", "weekly hours of the post offered"),
    "post_months": ("인턴 일자리의 기간", "months of the post offered"),
    "priority_group": ("특정계층 해당 여부", "membership of a priority group"),
    "hours_wanted": ("희망 근로시간", "weekly hours wanted"),
    "benefits": ("받고 있거나 끝난 급여", "benefits in payment or ended"),
    "unsecured_debt": ("무담보 채무", "unsecured debt"),
    "secured_debt": ("담보 채무", "secured debt"),
    "arrears_days": ("연체일수", "longest arrears in days"),
    "arrears_risk": ("연체 우려", "risk of arrears"),
    "credit_percentile": ("신용평점 백분위", "credit percentile"),
    "policy_loans": ("정책서민금융 이용 이력", "earlier policy loans"),
    "rank_class": ("전역 계급 구분", "class of military rank"),
    "service_months": ("복무 개월 수", "months of military service"),
    "discharge_date": ("전역일", "day of discharge"),
    "military_extension_years": ("병역에 따른 연령 연장 햇수", "years by which service lifts an age limit"),
    "crisis_cause": ("위기사유", "cause of the crisis"),
    "needs": ("욕구", "needs"),
    "marriage_immigrant": (
        "결혼이민 여부(민감)",
        "fact whether the client immigrated by marriage (sensitive)",
    ),
}
PAPER_NAMES: Mapping[Document, tuple[str, str]] = {
    Document.IDENTITY_SEEN: ("신분증", "identity card"),
    Document.SEPARATION_CERTIFICATE: ("이직확인서", "certificate of separation"),
    Document.INSURANCE_RECORD: ("고용보험 피보험자격 이력", "employment insurance record"),
    Document.INCOME_PROOF: ("소득 증빙", "proof of income"),
    Document.ASSETS_PROOF: ("재산 증빙", "proof of assets"),
    Document.DEBT_STATEMENT: ("부채증명서", "statement of debts"),
    Document.FAMILY_RELATIONS: ("가족관계증명서", "certificate of family relations"),
    Document.RESIDENCE_CERTIFICATE: ("주민등록등본", "certificate of residence"),
    Document.SERVICE_CERTIFICATE: ("병적증명서", "certificate of service"),
    Document.BUSINESS_REGISTRATION: ("사업자등록증", "business registration"),
}
_FACTS_OF_PAPER: Mapping[Document, str] = {
    Document.IDENTITY_SEEN: "birth_date sex",
    Document.SEPARATION_CERTIFICATE: "separation_date separation_kind",
    Document.INSURANCE_RECORD: "insured_days work_days work_hours",
    Document.INCOME_PROOF: "household_income_monthly own_income_monthly own_income_annual yearly_revenue",
    Document.ASSETS_PROOF: "household_assets financial_assets",
    Document.DEBT_STATEMENT: "unsecured_debt secured_debt arrears_days policy_loans",
    Document.FAMILY_RELATIONS: "household_size",
    Document.RESIDENCE_CERTIFICATE: "residence_municipality",
    Document.SERVICE_CERTIFICATE: "rank_class service_months discharge_date military_extension_years",
    Document.BUSINESS_REGISTRATION: "workplace_municipality",
}
PAPER_OF_FACT: Mapping[str, Document] = {
    name: paper for paper, names in _FACTS_OF_PAPER.items() for name in names.split()
}
