"""Random orders for referrals, most of them wrong in one way or in several, always the same for a seed."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from tests.kit.api.agency_api import Api
from tests.kit.api.referring import referral_order

IDENTIFIER: str = json.loads(Path("contracts/vectors/identifiers.json").read_text())["hits"][1]["text"]


@dataclass
class Orders:
    """Makes orders of one agency to another; what was really sent may be named by later ones."""

    sender: Api
    chance: Random
    clients: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def next(self) -> dict[str, Any]:
        """Make an order; about half of them could be sent."""
        programme = self._rarely("no-such-programme", "welfare-counselling", "livelihood", "hiring-support")
        order = referral_order(self.sender.peer, programme=programme)
        if self.clients and self.chance.random() < 0.4:
            order["client_ref"] = self.chance.choice(self.clients)
        if self.sent and self.chance.random() < 0.3:
            order["parent"] = self.chance.choice(self.sent)
        for change in (self._basis, self._recipient, self._citing, self._text, self._coded):
            if self.chance.random() < 0.25:
                change(order)
        self.clients.append(order["client_ref"])
        return order

    def _basis(self, order: dict[str, Any]) -> None:
        consent = order["sealed"]["consent"]
        match self.chance.randrange(4):
            case 0:
                del order["sealed"]["consent"]
            case 1:
                order["legal_basis"] = "ssba-16-2-referral"
            case 2:
                consent["purpose"] = "self-reliance"
            case _:
                del order["sealed"]["consent"]
                order["legal_basis"] = "ssba-16-2-referral"

    def _recipient(self, order: dict[str, Any]) -> None:
        order["recipient"] = self.chance.choice(["nobody-knows", self.sender.me.agency])

    def _citing(self, order: dict[str, Any]) -> None:
        if self.chance.random() < 0.5:
            order["assessment"] = {"event": str(UUID(int=self.chance.getrandbits(128), version=4))}
        else:
            order["parent"] = str(UUID(int=self.chance.getrandbits(128), version=4))

    def _text(self, order: dict[str, Any]) -> None:
        order["sealed"]["reason_in_words"] = self._rarely(IDENTIFIER, "상담이 필요합니다.", "급합니다.")

    def _coded(self, order: dict[str, Any]) -> None:
        match self.chance.randrange(3):
            case 0:
                order["answer_by"] = self.chance.choice(["2031-01-01T00:00:00Z", "2088-01-01T00:00:00Z"])
            case 1:
                order["needs"], order["goals"] = [], ["employment"]
            case _:
                order["sealed"]["circumstances"] = {"arrears_days": {"value": 3, "source": "stated"}}

    def _rarely(self, rare: str, *usual: str) -> str:
        return rare if self.chance.random() < 0.15 else self.chance.choice(usual)
