"""What a worker sets of a programme's room."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from ieum_contracts.capacity import Room
from ieum_contracts.model import Count, Model


class RoomOrder(Model):
    """The room of one of the agency's own programmes; what is left out is not set any more."""

    room: Annotated[
        Room | None, Field(description="How much room there is; left out, the count of places alone says.")
    ] = None
    places: Annotated[
        Count | None, Field(description="Places in all, where they are counted; else as it is declared.")
    ] = None
    expected_days: Annotated[Count | None, Field(description="Calendar days until there may be room.")] = None


ROOM_ORDER: TypeAdapter[RoomOrder] = TypeAdapter(RoomOrder)
