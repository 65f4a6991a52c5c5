"""The order of which a referral of 570 bytes comes."""

from bench.referral import BYTES, REASON
from ieum.casework.orders import ReferralOrder
from ieum_contracts.catalogue import encode
from ieum_contracts.referral import ReferralRequested

RECIPIENT = "city-welfare-team"


def order_for() -> ReferralOrder:
    """Make the order, with a body of 570 bytes."""
    return ReferralOrder.model_validate(fields(order_padding()))


def requested() -> ReferralRequested:
    """Make the body as it travels."""
    return _body(order_for())


def order_padding() -> str:
    """Tell what the reason in words has to end with for the body to have 570 bytes."""
    short = ReferralOrder.model_validate(fields(""))
    return "." * (BYTES - len(encode(_body(short))))


def fields(padding: str) -> dict[str, object]:
    """Give the order as an agency's system would post it; a statute stands in for consent."""
    return {
        "recipient": RECIPIENT,
        "client_ref": "bench",
        "subject": "person",
        "programme": "welfare-counselling",
        "needs": ["income-livelihood"],
        "hand_over": "walked-over-now",
        "legal_basis": "ssba-16-2-referral",
        "sealed": {
            "client": {"name": "가나다 시험", "birth_date": "1988-05-20"},
            "contact": {"phone": "010-0000-0000", "safe_to_call": True},
            "reason_in_words": REASON + padding,
            "sender_desk": {"name": "취업지원 1창구"},
        },
    }


def _body(order: ReferralOrder) -> ReferralRequested:
    carried = order.model_fields_set & set(ReferralRequested.model_fields)
    return ReferralRequested.model_validate({name: getattr(order, name) for name in carried} | {"path": ()})
