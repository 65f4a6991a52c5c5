"""Health and metrics, for those who run the process."""

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from starlette.responses import Response

from ieum.api.api_context import InContext
from ieum.api.docs.route_description import gets
from ieum.api.http.access_check import is_operator
from ieum.api.http.responses import json_answer

router = APIRouter(tags=["health"])


class HealthAnswer(BaseModel):
    """Whether the service works, and if not, why."""

    status: str
    problems: list[str] = Field(
        default_factory=list, description="Whole sentences, nothing of a client; for operators alone."
    )


@router.get("/health/live", **gets("readLiveness", HealthAnswer, asks=False))
async def live() -> Response:
    """Report that the process answers. Restart it when it does not."""
    return json_answer(HealthAnswer(status="live"))


@router.get("/health/ready", **gets("readReadiness", HealthAnswer, asks=False, not_yet=True))
async def ready(request: Request, context: InContext) -> Response:
    """Report whether database, consumer, relay and catalogue work. Operators are told what does not."""
    problems = await context.health.problems()
    if not problems and not context.catalogued.is_set():
        problems = ["The centre's catalogue is not read yet; referrals to programmes not known so far wait."]
    if problems:
        told = problems if is_operator(request.scope) else []
        return json_answer(HealthAnswer(status="not-ready", problems=told), 503, {"retry-after": "1"})
    return json_answer(HealthAnswer(status="ready"))


@router.get("/metrics", include_in_schema=False)
async def metrics(context: InContext) -> Response:
    """Return the metrics for Prometheus."""
    return Response(generate_latest(context.registry), media_type=CONTENT_TYPE_LATEST)
