"""The contract's own rules in Korean, by the first words of the English text."""

from collections.abc import Mapping

RULES_KO: Mapping[str, str] = {
    "A time is written": "시각은 RFC 3339에 따라 씁니다. 예: 2026-07-01T00:00:00Z",
    "A date is written": "날짜는 RFC 3339에 따라 씁니다. 예: 2026-07-01",
    "A time lies between": "시각은 UTC로도 1년과 9999년 사이여야 합니다.",
    "A referral of a person names": "사람의 의뢰에는 이용자를, 사업주의 의뢰에는 사업주를 적습니다.",
    "An employer is referred without": "사업주의 의뢰에는 동의서를 붙이지 않습니다.",
    "Programmes are suggested": "프로그램 제안은 결과가 `assessed`(판정 완료)일 때만 적습니다.",
    "The own income is at most": (
        "본인 소득은 그것을 포함하는 가구 소득(`household_income_monthly`)을 넘을 수 없습니다."
    ),
    "A job does not end before": "이직일은 생년월일(`birth_date`)보다 앞설 수 없습니다.",
    "A discharge is not before": "전역일은 생년월일(`birth_date`)보다 앞설 수 없습니다.",
    "Only a student": "졸업까지 남은 햇수는 재학 중(`student`)일 때만 적습니다.",
    "Whoever has never worked": (
        "취업한 적이 없다면(`never_worked`) 피보험일수·근로일수·근로시간·이직일이 있을 수 없습니다."
    ),
    "A benefit does not end": "급여의 마지막 날(`until`)은 첫날(`since`)보다 앞설 수 없습니다.",
    "A loan is not repaid": "대출 상환일(`repaid_on`)은 대출일(`taken_on`)보다 앞설 수 없습니다.",
    "A birth date lies in": "생년월일은 1901년부터 2089년 사이입니다. 모르면 적지 않습니다.",
    "A day of work, service": (
        "근로·복무·급여의 날짜는 1930년부터 2089년 사이이며 1970-01-01이 "
        "아닙니다. 모르거나 끝이 없으면 적지 않습니다."
    ),
    "A day of a policy loan": "정책서민금융의 날짜는 2006년부터 2089년 사이입니다. 모르면 적지 않습니다.",
    "An assessment is cited or skipped": "자격 판정은 인용하거나 생략하거나 하나만 합니다.",
}
