"""What went wrong, as a page: in the reader's language, with what is safe and what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from ieum.web.translation import marked


@dataclass(frozen=True, slots=True)
class ProblemWords:
    """Marked texts: what it is, why, and what is safe."""

    title: str
    detail: str
    safe: str = ""


NOTHING_CHANGED = marked("Nothing has been changed. You can go back and try again.")
PROBLEMS: Mapping[HTTPStatus, ProblemWords] = {
    HTTPStatus.BAD_REQUEST: ProblemWords(
        marked("This request cannot be understood"),
        marked("Its address or its form has something that no page here sends."),
        NOTHING_CHANGED,
    ),
    HTTPStatus.UNAUTHORIZED: ProblemWords(
        marked("Please sign in"),
        marked(
            "You are not signed in, or your session has ended. Sessions end after 30 minutes without use."
        ),
        marked("What you have already done is kept."),
    ),
    HTTPStatus.FORBIDDEN: ProblemWords(
        marked("You may not do this"),
        marked("Your role does not include it. Your own permissions are listed on a page of their own."),
        NOTHING_CHANGED,
    ),
    HTTPStatus.NOT_FOUND: ProblemWords(
        marked("There is nothing at this address"),
        marked("It may have been deleted when its time was over, or the address is incomplete."),
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: ProblemWords(
        marked("This address does not take that"),
        marked("It can be looked at, or a form can be sent to it, but not in this way."),
        NOTHING_CHANGED,
    ),
    HTTPStatus.CONFLICT: ProblemWords(
        marked("Somebody was faster"),
        marked("What you acted on has changed since your page was made. Look at it again first."),
        NOTHING_CHANGED,
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ProblemWords(
        marked("This form is too long"), marked("Shorten its texts."), NOTHING_CHANGED
    ),
    HTTPStatus.MISDIRECTED_REQUEST: ProblemWords(
        marked("This is not the address of this site"), marked("Use the address that you were given for it.")
    ),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ProblemWords(
        marked("This is not a form of this site"),
        marked("Use the form on the page."),
        NOTHING_CHANGED,
    ),
    HTTPStatus.BAD_GATEWAY: ProblemWords(
        marked("The sign-in service does not answer"),
        marked("Nobody can sign in until it does. Those who are signed in go on."),
        marked("Hand-overs between agencies go on without it."),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: ProblemWords(
        marked("The database of this site does not answer"),
        marked("Nothing can be shown until it does. The page can be loaded again in a minute."),
        marked("Hand-overs between agencies go on without it, and nothing of them is lost."),
    ),
}
UNFORESEEN = ProblemWords(
    marked("Something went wrong here"),
    marked("The page could not be made. What happened is in the log of this site."),
    marked("Hand-overs between agencies go on without it, and nothing of them is lost."),
)


def words_of(status: int) -> ProblemWords:
    """Return the texts for a status."""
    return PROBLEMS.get(HTTPStatus(status), UNFORESEEN)
