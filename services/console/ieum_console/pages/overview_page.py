"""The first page: five numbers, the flow between the agencies, and what needs somebody."""

from collections import Counter
from uuid import UUID

from starlette.responses import Response

from ieum.web.url_state import chosen
from ieum_console.pages.flow_map import BOX_HEIGHT, BOX_WIDTH, HEIGHT, WIDTH, flow_map
from ieum_console.pages.page_call import PageCall
from ieum_console.projection.needs import NEEDS_OF_A_KIND_MAX
from ieum_console.projection.overview import OVERDUE_COUNTED_MAX, Window, read_overview
from ieum_console.projection.referral_list import read_known


async def overview(call: PageCall) -> Response:
    """Show how it flows, and what stands still."""
    window = chosen(Window, call.asked("window")) or Window.HOUR
    found = await read_overview(call.connection, window, call.now)
    waiting = {each.agency: each.waiting for each in found.oldest_unanswered}
    agencies = [
        *call.console.agencies,
        *(each for each in found.agencies if each not in call.console.agencies),
    ]
    keys = {UUID(each.key) for each in found.needs if each.key is not None}
    return call.page(
        "overview.html",
        overview=found,
        window=window,
        known={str(each) for each in await read_known(call.connection, keys)},
        map=flow_map(agencies, found.edges, waiting, call.agency_name),
        limits={"overdue": OVERDUE_COUNTED_MAX, "needs": NEEDS_OF_A_KIND_MAX},
        needs_cut=NEEDS_OF_A_KIND_MAX in Counter(each.kind for each in found.needs).values(),
        size={"width": WIDTH, "height": HEIGHT, "box_width": BOX_WIDTH, "box_height": BOX_HEIGHT},
    )
