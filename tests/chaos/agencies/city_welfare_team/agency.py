"""The city's welfare team in a hurry."""

from services.city_welfare_team.agency import AGENCY as AS_IT_IS
from tests.chaos.agencies.hurried import hurried

AGENCY = hurried(AS_IT_IS)
