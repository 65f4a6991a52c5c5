"""The wording of field errors: a sentence in Korean and English for each code."""

from collections.abc import Mapping

from ieum.api.problems.http_kinds import Text
from ieum.api.problems.rule_wording import RULES_KO

_ANY = Text("이 항목은 규격에 맞지 않습니다.", "This field does not fit the contract.")
_WORDS: Mapping[str, Text] = {
    "missing": Text("꼭 있어야 하는 항목이 없습니다.", "The field is required and missing."),
    "extra_forbidden": Text("규격에 없는 항목입니다.", "The contract has no such field."),
    "object_type": Text("JSON 객체여야 합니다.", "It has to be a JSON object."),
    "list_type": Text("목록(JSON 배열)이어야 합니다.", "It has to be a list (a JSON array)."),
    "string_type": Text("글(JSON 문자열)이어야 합니다.", "It has to be a text (a JSON string)."),
    "string_unicode": Text("올바른 유니코드 글이 아닙니다.", "It is no valid Unicode text."),
    "string_too_short": Text(
        "{min_length}자 이상이어야 합니다.", "It needs at least {min_length} characters."
    ),
    "string_too_long": Text(
        "{max_length}자까지만 쓸 수 있습니다.", "It may have {max_length} characters at most."
    ),
    "string_pattern_mismatch": Text(
        "글의 형식이 `pattern`에 맞지 않습니다.", "The text does not match `pattern`."
    ),
    "too_short": Text("{min_length}개 이상이어야 합니다.", "It needs at least {min_length} items."),
    "too_long": Text("{max_length}개까지만 적을 수 있습니다.", "It may have {max_length} items at most."),
    "int_type": Text("정수여야 합니다.", "It has to be a whole number."),
    "int_parsing": Text("정수로 읽을 수 없습니다.", "It cannot be read as a whole number."),
    "int_parsing_size": Text("수가 너무 큽니다.", "The number is too large."),
    "int_from_float": Text("소수 없는 정수여야 합니다.", "It has to be a whole number, without a fraction."),
    "float_type": Text("수여야 합니다.", "It has to be a number."),
    "float_parsing": Text("수로 읽을 수 없습니다.", "It cannot be read as a number."),
    "finite_number": Text("유한한 수여야 합니다.", "It has to be a finite number."),
    "greater_than": Text("{gt}보다 커야 합니다.", "It has to be greater than {gt}."),
    "greater_than_equal": Text("{ge} 이상이어야 합니다.", "It has to be at least {ge}."),
    "less_than": Text("{lt}보다 작아야 합니다.", "It has to be less than {lt}."),
    "less_than_equal": Text("{le} 이하여야 합니다.", "It may be {le} at most."),
    "bool_type": Text("true 또는 false여야 합니다.", "It has to be true or false."),
    "bool_parsing": Text("true 또는 false여야 합니다.", "It has to be true or false."),
    "uuid_type": Text("UUID여야 합니다.", "It has to be a UUID."),
    "uuid_parsing": Text("UUID로 읽을 수 없습니다.", "It cannot be read as a UUID."),
    "date_type": Text("날짜(2026-07-01)여야 합니다.", "It has to be a date (2026-07-01)."),
    "date_parsing": Text("날짜(2026-07-01)로 읽을 수 없습니다.", "It cannot be read as a date (2026-07-01)."),
    "date_from_datetime_parsing": Text(
        "날짜(2026-07-01)로 읽을 수 없습니다.", "It cannot be read as a date (2026-07-01)."
    ),
    "date_from_datetime_inexact": Text(
        "시각이 아니라 날짜(2026-07-01)여야 합니다.", "It has to be a date (2026-07-01), without a time."
    ),
    "datetime_type": Text(
        "시각(2026-07-01T00:00:00Z)이어야 합니다.", "It has to be a time (2026-07-01T00:00:00Z)."
    ),
    "datetime_parsing": Text(
        "시각(2026-07-01T00:00:00Z)으로 읽을 수 없습니다.",
        "It cannot be read as a time (2026-07-01T00:00:00Z).",
    ),
    "time_too_early": Text(
        "이 항목에 쓰기에는 너무 이른 때입니다.", "This lies too far in the past for what it tells of."
    ),
    "time_too_late": Text(
        "이 항목에 쓰기에는 너무 늦은 때입니다.", "This lies too far in the future for what it tells of."
    ),
    "timezone_aware": Text("시각에 시간대가 없습니다.", "The time has no offset from UTC."),
    "literal_error": Text(
        "`expected`에 있는 값만 쓸 수 있습니다.", "Only the values in `expected` are taken."
    ),
    "enum": Text("`expected`에 있는 값만 쓸 수 있습니다.", "Only the values in `expected` are taken."),
    "not_one_of": Text("`expected`에 있는 값만 쓸 수 있습니다.", "Only the values in `expected` are taken."),
    "value_error": Text("규격의 규칙(`rule`)에 맞지 않습니다.", "{rule}"),
    "none_required": Text("이 항목은 비워 두어야 합니다.", "The field has to be left out."),
    "identifier": Text(
        "고유식별정보로 보이는 번호가 있습니다. 지우십시오.",
        "It holds what looks like a unique identifier. Remove it.",
    ),
    "cursor": Text(
        "이 서비스가 준 커서가 아닙니다. 받은 그대로 쓰거나 처음부터 조회하십시오.",
        "This service gave no such cursor. Use it as it was given, or start from the beginning.",
    ),
    "unknown": Text(
        "이 주소에 없는 조회 조건입니다. `expected`에 있는 이름을 쓰십시오.",
        "This address has no such parameter. Use the names in `expected`.",
    ),
    "repeated": Text("한 번만 쓸 수 있는 조회 조건입니다.", "The parameter may be given once only."),
    "percent-encoding": Text(
        "경로의 % 부호화가 잘못되었거나 빗금을 감추고 있습니다.",
        "The path's percent-encoding is broken, or hides a slash.",
    ),
    "what-was-seen-missing": Text(
        "확인한 것(기다리는 번호, 또는 보류가 시작된 시각)을 적어야 합니다.",
        "Name what you have seen: the number that waits, or since when the source is held.",
    ),
    "period-backwards": Text(
        "끝 달이 시작 달보다 앞섭니다. `from`과 `to`를 바꾸어 보십시오.",
        "The last month comes before the first. Exchange `from` and `to`.",
    ),
    "period-too-long": Text(
        "한 번에 24개월까지 볼 수 있습니다. 기간을 나누십시오.",
        "A report covers 24 months at most. Divide the period.",
    ),
    "period-future": Text(
        "아직 시작하지 않은 달입니다. 이번 달까지만 볼 수 있습니다.",
        "The month has not begun. The running month is the last one that is reported.",
    ),
    "entity-tags": Text(
        '큰따옴표로 묶은 ETag의 목록 또는 `*`여야 합니다: `"3"`.',
        'It has to be a list of quoted ETags, or `*`: `"3"`.',
    ),
}
SAME: Mapping[str, str] = {
    **dict.fromkeys(("model_type", "model_attributes_type", "dataclass_type", "dict_type"), "object_type"),
    **dict.fromkeys(("tuple_type", "set_type", "frozen_set_type"), "list_type"),
    "union_tag_invalid": "not_one_of",
    "union_tag_not_found": "missing",
}
"""Codes internal to the validator → the codes that callers see."""


def code_of(found: str) -> str:
    """Return the code that callers see; `invalid` for a code without wording."""
    code = SAME.get(found, found)
    return code if code in _WORDS else "invalid"


def words_of(code: str, limits: Mapping[str, object]) -> Text:
    """Return the wording; its limits come from the contract, nothing from the request."""
    words = _WORDS.get(code, _ANY)
    rule = str(limits.get("rule", ""))
    words = Text(next((ko for begins, ko in RULES_KO.items() if rule.startswith(begins)), words.ko), words.en)
    try:
        return Text(words.ko.format_map(limits), words.en.format_map(limits))
    except KeyError:
        return _ANY
