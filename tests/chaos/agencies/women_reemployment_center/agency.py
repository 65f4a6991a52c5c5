"""The women's re-employment centre in a hurry."""

from services.women_reemployment_center.agency import AGENCY as AS_IT_IS
from tests.chaos.agencies.hurried import hurried

AGENCY = hurried(AS_IT_IS)
