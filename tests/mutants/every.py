"""All mutants, by the room that they break."""

from tests.mutants.of_casework import OF_CASEWORK
from tests.mutants.of_comparing import OF_COMPARING
from tests.mutants.of_folding import OF_FOLDING
from tests.mutants.of_maintenance import OF_MAINTENANCE
from tests.mutants.of_receiving import OF_RECEIVING
from tests.mutants.of_recovering import OF_RECOVERING
from tests.mutants.of_sending import OF_SENDING
from tests.mutants.of_storage import OF_STORAGE

MUTANTS = {
    mutant.name: mutant
    for room in (
        OF_RECEIVING,
        OF_COMPARING,
        OF_FOLDING,
        OF_RECOVERING,
        OF_SENDING,
        OF_MAINTENANCE,
        OF_STORAGE,
        OF_CASEWORK,
    )
    for mutant in room
}
