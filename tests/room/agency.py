"""An agency whose only programme has five places, which its service gives away by itself."""

from ieum.agency import Agency, Names
from ieum.casework.capacity import AnswerPolicy
from tests.kit.api.room_world import COURSE, programme

PLACES = 5
AGENCY = Agency(
    "city-job-center",
    Names("시험", "Test"),
    (programme(COURSE, answer=AnswerPolicy.AUTOMATIC, places=PLACES),),
    rule_set="test",
)
