"""What a worker of our own agency posts so that the agency says what a line of a transcript has."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from pydantic import JsonValue

from tests.kit.delivery.agencies import until
from tests.restored.whole import Whole
from tests.transcripts.placeholders import Placeholders

BY_SYSTEM = {"case", "cause", "state", "path"}
"""Members of a body that nobody orders: the agency fills them in."""
CONFLICT, UNPROCESSABLE = 409, 422


class Worker:
    """Posts to one agency; what is not allowed yet is posted again, for the agency may still have to hear."""

    def __init__(self, agency: Whole) -> None:
        self._agency = agency

    async def __call__(self, line: Mapping[str, Any], known: Placeholders) -> None:
        """Order what a line says."""
        word = str(line["headers"]["ce_type"]).removesuffix(".v1").removeprefix("referral.")
        body = known.fill({name: each for name, each in line["body"].items() if name not in BY_SYSTEM})
        assert isinstance(body, dict)
        if word == "requested":
            order = {**body, "recipient": known.values["recipient"], "client_ref": f"T-{uuid4().hex[:12]}"}
            known.values["referral"] = str((await self._posted("/v1/referrals", order))["id"])
            return
        if word == "eligibility.requested":
            group = await self._posted("/v1/inquiries", {**body, "recipients": [known.values["recipient"]]})
            known.values["inquiry"] = group["inquiries"][0]["id"]
            return
        path = f"/v1/referrals/{known.values['referral']}"
        if word == "eligibility.changed":
            await self._posted(f"{path}/eligibility-changes", body)
        elif word == "case.followed-up":
            found = {name: each for name, each in body.items() if name != "referrals"}
            await self._posted(f"/v1/cases/{known.values['case']}/follow-ups", found)
        elif line["role"] == "sender":
            await self._posted(f"{path}/asks", {"ask": word, **body})
        else:
            given = {name: each for name, each in body.items() if each != []}
            await self._posted(f"{path}/decisions", {"decision": word, **given})

    async def _posted(self, path: str, order: Mapping[str, JsonValue]) -> dict[str, Any]:
        answer: dict[str, Any] = {}

        async def taken() -> bool:
            nonlocal answer
            status, answer = await self._agency.post(path, **order)
            unheard = status == CONFLICT or (status == UNPROCESSABLE and "assessment" in order)
            assert status < 300 or unheard, (path, status, answer)
            return not unheard

        await until(taken)
        return answer
