"""What every event or order runs keeps a good plan, whatever the tables held when it was made."""

import re

import pytest

from ieum.application import flush, looking_back, optimistic_commands
from ieum.delivery import erasure
from ieum.delivery.receiving.optimistic_batch import load_statement, unchanged_condition
from ieum.delivery.streams import batch_write
from ieum.storage import (
    assessment_rows,
    case_rows,
    cited_assessments,
    clock_rows,
    clock_upkeep_rows,
    confirmation_rows,
    due_rows,
    eligibility_change_rows,
    erasure_rows,
    flow_rows,
    inquiry_erasure,
    inquiry_rows,
    journey_rows,
    override_rows,
    person_rows,
    reading,
    referral_rows,
    suggestion_rows,
    unlocked_rows,
    unmet_rows,
)
from ieum_lab.testing.plugin import MakeCentre
from tests.kit.casework.agencies import SENDER
from tests.kit.plans import WORLDS, plans_of

pytestmark = pytest.mark.stack
WRITTEN = (
    batch_write._BEGIN,
    batch_write._GO_ON,
    batch_write._ENTER,
    batch_write._MOVE,
    flush._REFER,
    flush._FILE,
    flush._CHANGE,
    flush._OVERRIDE,
    flush._INQUIRE,
    flush._CITE,
    flush._CONFIRM,
    flush._ANSWER,
    unmet_rows.ADD_UNMET,
    clock_rows.KEEP,
    clock_rows._STOP,
)
HOT = {
    "lock referrals": referral_rows._LOCK,
    "read referrals": referral_rows._READ,
    "flush": batch_write.statement(WRITTEN),
    "flush on a condition": batch_write.statement(WRITTEN, looking_back._NOTHING, 5),
    "read a batch without a lock": load_statement(
        unlocked_rows.EVERY, unlocked_rows.COLUMNS, unlocked_rows.VERSIONS
    ),
    "flush a batch if nothing moved": batch_write.statement(
        WRITTEN, unchanged_condition(unlocked_rows.VERSIONS), 3
    ),
    "read referrals for commands without a lock": optimistic_commands._READ,
    "flush commands if nothing moved": batch_write.statement(WRITTEN, optimistic_commands._UNCHANGED, 2),
    "look back": looking_back._LOOK_BACK,
    "assessments cited": cited_assessments._CITED,
    "clear heard bodies": erasure._CLEAR,
    "look up what was erased": erasure_rows._ERASED,
    "cases of what was erased": erasure_rows._CASES,
    "lock cases": case_rows._LOCK,
    "whom cases serve": case_rows._SERVED,
    "cases of journeys": case_rows._CASES_OF_JOURNEYS,
    "cases told before": case_rows._TOLD,
    "lock inquiries": inquiry_rows._LOCK,
    "what one call asked": inquiry_rows._GROUP,
    "inquiry cited": inquiry_rows._CITED,
    "confirmations": confirmation_rows._READ,
    "inquiries due": inquiry_erasure._DUE,
    "inquiries of erased referrals": inquiry_erasure._OF_REFERRALS,
    "inquiries erased": inquiry_erasure._ERASE,
    "history": reading._HISTORY,
    "clients referred onward": referral_rows._CLIENTS,
    "why referred twice": override_rows._READ,
    "referrals of the same person": person_rows._OF_SAME_PERSON,
    "what was suggested": suggestion_rows._SUGGESTING,
    "referrals of a journey": journey_rows._REFERRALS,
    "cases of a journey": journey_rows._CASES,
    "plan of a journey": journey_rows._PLAN,
    "plan cleared": journey_rows._CLEAR,
    "partners of a journey": eligibility_change_rows._PARTNERS,
    "changes of journeys": eligibility_change_rows._OF_JOURNEYS,
    "to do about a referral": eligibility_change_rows._OF_REFERRAL,
    "list of what is to do": eligibility_change_rows._LIST,
    "forget changes": eligibility_change_rows._FORGET,
    "what could not be had": unmet_rows._COUNT,
    "times to answer": flow_rows._FLOW,
    "read clocks": clock_rows._READ,
    "lock what is due": clock_rows._LOCK_DUE,
    "postpone clocks": clock_rows._POSTPONE,
    "what is due": due_rows._DUE,
    "clocks timed otherwise": clock_upkeep_rows._LOCK_TIMED_OTHERWISE,
    "referrals without clocks": clock_upkeep_rows._NEXT,
    "stored assessments": assessment_rows._STORED,
}
READS_ALL = re.compile(r"Seq Scan(?! on source\b)|Index (Only )?Scan (?!.* on source\b).*\n(?!\s*Index Cond)")
"""A whole table, or the whole of an index; but `source`, which has a row for each agency that did wrong."""


@pytest.mark.parametrize("world", WORLDS)
async def test_plans_stay_good_in_whatever_world_they_were_made(make_centre: MakeCentre, world: str) -> None:
    plans = await plans_of(await make_centre(SENDER.agency), SENDER.agency, world, HOT.items())
    assert {name: plan for name, plan in plans.items() if READS_ALL.search(plan)} == {}
