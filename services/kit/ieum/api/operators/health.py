"""Health and metrics, for those who run the process."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from starlette.responses import Response

from ieum.api.api_context import InContext
from ieum.api.docs.route_description import gets
from ieum.api.http.responses import json_answer

router = APIRouter(tags=["health"])


class HealthAnswer(BaseModel):
    """Whether the service works, and if not, why."""

    status: str
    problems: list[str] = Field(default_factory=list, description="Whole sentences; nothing of a client.")


@router.get("/health/live", **gets("readLiveness", HealthAnswer, asks=False))
async def live() -> Response:
    """Report that the process answers. Restart it when it does not."""
    return json_answer(HealthAnswer(status="live"))


@router.get("/health/ready", **gets("readReadiness", HealthAnswer, asks=False, not_yet=True))
async def ready(context: InContext) -> Response:
    """Report whether the service works: database, consumer, relay and catalogue."""
    problems = await context.health.problems()
    if not problems and not context.catalogued.is_set():
        problems = ["The centre's catalogue is not read yet; referrals to programmes not known so far wait."]
    if problems:
        return json_answer(HealthAnswer(status="not-ready", problems=problems), 503, {"retry-after": "1"})
    return json_answer(HealthAnswer(status="ready"))


@router.get("/metrics", include_in_schema=False)
async def metrics(context: InContext) -> Response:
    """Return the metrics for Prometheus."""
    return Response(generate_latest(context.registry), media_type=CONTENT_TYPE_LATEST)
