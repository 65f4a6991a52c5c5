"""Programmes: what this agency offers, and what every agency of the centre has published."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from ieum.api.api_context import InContext
from ieum.api.docs.route_description import gets
from ieum.api.http.responses import json_answer
from ieum.api.http.unit_of_work import reading
from ieum.storage.catalogue import read_capacities, read_programmes
from ieum_contracts.address import AgencyId
from ieum_contracts.capacity import CapacityChanged
from ieum_contracts.programme import ProgrammePublished

router = APIRouter(tags=["programmes"])


class OfferedProgramme(BaseModel):
    """One programme of one agency."""

    agency: str = Field(description="Address of the agency that offers it.")
    own: bool = Field(description="Whether it is this agency's own.")
    programme: ProgrammePublished
    capacity: CapacityChanged | None = Field(
        default=None, description="Its room, as the agency last said; absent where it has said nothing."
    )


class ProgrammeList(BaseModel):
    """Every programme that is known here, by agency and id."""

    programmes: list[OfferedProgramme]


@router.get("/v1/programmes", **gets("listProgrammes", ProgrammeList))
async def list_programmes(
    context: InContext,
    agency: Annotated[AgencyId | None, Query(description="Only of this agency of the centre.")] = None,
) -> Response:
    """List programmes: clients can be referred to those of the other agencies."""
    me = context.delivery.me
    async with reading(context.delivery.database) as connection:
        known = await read_programmes(connection)
        capacities = await read_capacities(connection)
    shown = [
        OfferedProgramme(agency=str(at[0]), own=at[0] == me, programme=programme, capacity=capacities.get(at))
        for at, programme in sorted(known.items(), key=lambda item: item[0])
        if agency is None or at[0].agency == agency
    ]
    return json_answer(ProgrammeList(programmes=shown))
