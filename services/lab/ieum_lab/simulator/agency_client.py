"""One agency's own system: a client of its HTTP API that repeats a request until it is answered."""

import asyncio
from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID, uuid4

import httpx
from pydantic import BaseModel, JsonValue, TypeAdapter

from ieum.api.agency.cases import CaseView
from ieum.api.agency.clock_views import DuePage
from ieum.api.agency.events import FeedPage
from ieum.api.agency.foreseen import ReferralDryRun
from ieum.api.agency.gaps_views import GapsReport
from ieum.api.agency.inquiry_views import InquiryGroup
from ieum.api.agency.journeys import Journey
from ieum.api.agency.programmes import ProgrammeList
from ieum.api.agency.representations import ReferralDetail, ReferralStanding
from ieum.api.agency.room import RoomView
from ieum.api.agency.to_do_views import ToDo
from ieum.api.operators.streams import StreamPage
from ieum_lab.embedded.errors import StackError
from ieum_lab.embedded.issuer.renewed_token import RenewedToken

ANSWER_SECONDS_MAX = 15.0
FEED_WAIT_SECONDS = 5.0
PATIENCE_SECONDS = 180.0
FIRST_PAUSE_SECONDS = 0.05
PAUSE_SECONDS_MAX = 0.5
CONNECTIONS_MAX = 40
SERVER_ERRORS = 500

Fields = Mapping[str, JsonValue]
Answer = TypeVar("Answer", bound=BaseModel)
_OBJECT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


class RefusedError(StackError):
    """The API refused a request (RFC 9457); nothing has changed there."""

    def __init__(self, agency: str, status: int, problem: Fields) -> None:
        kind = str(problem.get("type", "")).rpartition(":")[2]
        super().__init__(f"{agency} refused with {status} {kind}: {problem.get('detail_en', '')} {problem}")
        self.status = status
        self.kind = kind


class UnansweredError(StackError):
    """An agency gave no answer for a long time."""


class AgencyClient:
    """The client of one agency. Every POST has an Idempotency-Key and is repeated under it."""

    def __init__(self, agency: str, url: str, token: RenewedToken) -> None:
        self.agency = agency
        self.url = url
        self._token = token
        self._client = httpx.AsyncClient(
            base_url=url,
            timeout=ANSWER_SECONDS_MAX,
            trust_env=False,
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def refer(self, order: Fields) -> ReferralStanding:
        """Refer a client."""
        return await self._post("/v1/referrals", order, ReferralStanding)

    async def decide(
        self, referral: UUID, decision: str, fields: Fields | None = None, version: int | None = None
    ) -> ReferralStanding:
        """Decide on a received referral; with `version`, only if it is unchanged."""
        body = {"decision": decision, **(fields or {})}
        return await self._post(f"/v1/referrals/{referral}/decisions", body, ReferralStanding, version)

    async def ask(
        self, referral: UUID, ask: str, fields: Fields | None = None, version: int | None = None
    ) -> ReferralStanding:
        """Ask something about a referral that was sent."""
        body = {"ask": ask, **(fields or {})}
        return await self._post(f"/v1/referrals/{referral}/asks", body, ReferralStanding, version)

    async def change_eligibility(self, referral: UUID, change: Fields) -> ReferralStanding:
        """Report to the other side that the client's eligibility for a programme has changed."""
        return await self._post(f"/v1/referrals/{referral}/eligibility-changes", change, ReferralStanding)

    async def dry_run(self, order: Fields, path: str = "/v1/referrals") -> ReferralDryRun:
        """Ask what an order for a referral would come to."""
        headers = {"prefer": "dry-run"}
        request = self._client.build_request("POST", path, json=dict(order), headers=headers)
        return ReferralDryRun.model_validate_json((await self._send(request)).content)

    async def due(self) -> DuePage:
        """Read the first page of what is due."""
        return await self._get("/v1/due", {}, DuePage)

    async def follow(self, referral: UUID, order: Fields) -> ReferralStanding:
        """Refer a client onward in place of a referral that has ended."""
        return await self._post(f"/v1/referrals/{referral}/follow", order, ReferralStanding)

    async def journey(self, journey: UUID) -> Journey:
        """Read a journey as the agency knows it."""
        return await self._get(f"/v1/journeys/{journey}", {}, Journey)

    async def finish_to_do(self, to_do: ToDo) -> ToDo:
        """Mark something to do as taken care of."""
        path = f"/v1/referrals/{to_do.referral}/to-dos/{to_do.id}/done"
        return await self._post(path, {"result": "acted"}, ToDo)

    async def close_case(self, case: UUID, closing: Fields) -> CaseView:
        """Close a case."""
        return await self._post(f"/v1/cases/{case}/close", closing, CaseView)

    async def follow_up(self, case: UUID, found: Fields) -> CaseView:
        """Report what aftercare found."""
        return await self._post(f"/v1/cases/{case}/follow-ups", found, CaseView)

    async def read(self, referral: UUID) -> ReferralDetail:
        """Read a referral; raises RefusedError with 404 when it has not arrived yet."""
        return await self._get(f"/v1/referrals/{referral}", {}, ReferralDetail)

    async def case(self, case: UUID) -> CaseView:
        """Read a case."""
        return await self._get(f"/v1/cases/{case}", {}, CaseView)

    async def programmes(self) -> ProgrammeList:
        """List every programme that the agency knows."""
        return await self._get("/v1/programmes", {}, ProgrammeList)

    async def events(self, after: int | str, wait_seconds: float = FEED_WAIT_SECONDS) -> FeedPage:
        """Read the next page of the feed, waiting a little when there is nothing new."""
        return await self._get("/v1/events", {"after": after, "wait": wait_seconds}, FeedPage)

    async def set_room(self, programme: str, room: Fields) -> RoomView:
        """Set the room of one of the agency's own programmes."""
        return await self._post(f"/v1/programmes/{programme}/room", room, RoomView)

    async def inquire(self, order: Fields) -> InquiryGroup:
        """Ask agencies about somebody who is not named."""
        return await self._post("/v1/inquiries", order, InquiryGroup)

    async def inquiries(self, group: UUID, wait_seconds: float) -> InquiryGroup:
        """Read what has been answered, waiting a little for the next answer."""
        return await self._get(f"/v1/inquiries/{group}", {"wait": wait_seconds}, InquiryGroup)

    async def gaps(self) -> GapsReport:
        """Read what was asked for and could not be had, of the last twelve months."""
        return await self._get("/v1/reports/gaps", {}, GapsReport)

    async def parked(self) -> StreamPage:
        """List streams in which something is parked."""
        return await self._get("/v1/streams", {"state": "parked", "limit": 200}, StreamPage)

    async def _get(self, path: str, query: Mapping[str, str | int | float], kind: type[Answer]) -> Answer:
        request = self._client.build_request("GET", path, params=query)
        return kind.model_validate_json((await self._send(request)).content)

    async def _post(self, path: str, body: Fields, kind: type[Answer], version: int | None = None) -> Answer:
        headers = {"idempotency-key": str(uuid4())}
        if version is not None:
            headers["if-match"] = f'"{version}"'
        request = self._client.build_request("POST", path, json=dict(body), headers=headers)
        return kind.model_validate_json((await self._send(request)).content)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        """Send until there is an answer; raises RefusedError, and UnansweredError after a long time."""
        loop = asyncio.get_running_loop()
        until, pause, last = loop.time() + PATIENCE_SECONDS, FIRST_PAUSE_SECONDS, ""
        while loop.time() < until:
            request.headers.update(self._token.header())
            try:
                answer = await self._client.send(request)
            except httpx.TransportError as error:
                last = type(error).__name__
            else:
                if answer.is_success:
                    return answer
                if answer.status_code < SERVER_ERRORS:
                    raise RefusedError(self.agency, answer.status_code, _OBJECT.validate_json(answer.content))
                last = f"status {answer.status_code}"
            await asyncio.sleep(pause)
            pause = min(2 * pause, PAUSE_SECONDS_MAX)
        raise UnansweredError(
            f"{self.agency} at {self.url} gave no answer to {request.method} {request.url.path} for "
            f"{PATIENCE_SECONDS:.0f} s (last: {last}). Look at its log and at /health/ready."
        )
