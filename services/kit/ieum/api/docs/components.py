"""What the OpenAPI document says once: headers, parameters and how one authenticates."""

from collections.abc import Mapping

from ieum.api.docs.route_description import Document

_ETAG: Document = {"type": "string", "pattern": '^"[0-9]+"$', "examples": ['"3"']}
_SECONDS: Document = {"type": "integer", "minimum": 0, "maximum": 86_400}
HEADERS: Mapping[str, tuple[str, bool, Document]] = {
    "XRequestId": ("Which request it was, for the operators.", True, {"type": "string", "format": "uuid"}),
    "CacheControl": ("Answers are not to be kept on the way.", True, {"type": "string", "const": "no-store"}),
    "ETag": ("Version of the resource, for If-Match.", True, _ETAG),
    "Location": ("Path of what was made.", True, {"type": "string", "pattern": "^/v1/"}),
    "IdempotentReplayed": (
        "There when the key's first answer is given again and nothing was done.",
        False,
        {"type": "string", "const": "true"},
    ),
    "WWWAuthenticate": (
        "How to authenticate: by a bearer token (RFC 6750).",
        True,
        {"type": "string", "pattern": "^Bearer "},
    ),
    "RetryAfter": ("Seconds after which to try again.", True, _SECONDS),
    "ContentDisposition": (
        "There when the answer is a file: under which name to save it.",
        False,
        {"type": "string", "pattern": "^attachment; filename="},
    ),
    "ContentLanguage": (
        "Language of `title` and `detail`.",
        True,
        {"type": "string", "enum": ["ko", "en"]},
    ),
    "PreferenceApplied": (
        "There when nothing was done, as was preferred.",
        True,
        {"type": "string", "const": "dry-run"},
    ),
    "Vary": ("By what the answer differs.", True, {"type": "string", "const": "accept-language"}),
}
SECURITY_SCHEMES: Mapping[str, Document] = {
    "BearerToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": (
            "A JWT of the configured issuer whose `aud` holds this agency's address; its `roles` and "
            "`agency` say what may be done."
        ),
    }
}
PARAMETERS: Mapping[str, Document] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": (
            "Names one piece of work: sent again with it, a request gets the same answer for 7 days. "
            "Not needed with `Prefer: dry-run`, which does no work."
        ),
        "schema": {"type": "string", "minLength": 8, "maxLength": 128, "pattern": "^[!-~]+$"},
        "example": "0197a2c4-5d11-7c62-9d0a-6a1f0c8e2b00",
    },
    "LastEventId": {
        "name": "Last-Event-ID",
        "in": "header",
        "required": False,
        "description": "Of an event stream: the id of the last event that was read, to go on from there.",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{1,13}$"},
        "example": "3",
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": "The ETag that was read, or `*`: refused with 412 when it has changed meanwhile.",
        "schema": {"type": "string", "minLength": 1, "pattern": '^(\\*|(W/)?"[^"]*"( *, *(W/)?"[^"]*")*)$'},
        "example": '"3"',
    },
    "Prefer": {
        "name": "Prefer",
        "in": "header",
        "required": False,
        "description": (
            "`dry-run` (RFC 7240): answered with status 200 by what would happen; nothing is written or sent."
        ),
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
        "example": "dry-run",
    },
}
