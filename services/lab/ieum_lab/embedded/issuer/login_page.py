"""The page on which one chooses as whom to log in; it loads nothing, and nobody frames it."""

from collections.abc import Mapping
from html import escape

from starlette.responses import HTMLResponse, Response

from ieum_lab.embedded.issuer.persons import Person

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self' http://127.0.0.1:* http://localhost:*"
)
HEADERS = {"content-security-policy": _POLICY, "cache-control": "no-store", "referrer-policy": "no-referrer"}
_PAGE = """<!doctype html>
<html lang="ko"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>로그인 · Log in</title><link rel="icon" href="data:,">
<style>body{{font-family:system-ui,sans-serif;line-height:1.6;max-width:40rem;margin:2rem auto;padding:0 1rem;
color:#1a1a1a;background:#fff}}button{{display:block;width:100%;text-align:left;font:inherit;padding:.6rem;
margin:.3rem 0;border:1px solid #767676;border-radius:4px;background:#fff;cursor:pointer}}
button:focus-visible{{outline:3px solid #0b57d0}}</style></head>
<body><main><h1>누구로 로그인합니까? · <span lang="en">Log in as …</span></h1>
<p>시험용 사람들입니다. 비밀번호는 없습니다.
<span lang="en">Synthetic people, for trying; no passwords.</span></p>
<form method="post" action="{action}">{hidden}{people}</form></main></body></html>
"""


def login_page(action: str, asked: Mapping[str, str], persons: Mapping[str, Person]) -> Response:
    """Show who can log in; what was asked goes along to `action`."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in asked.items()
        if name != "person"
    )
    people = "".join(
        f'<button name="person" value="{escape(subject)}">{escape(person.label)}</button>'
        for subject, person in persons.items()
    )
    return HTMLResponse(_PAGE.format(action=action, hidden=hidden, people=people), headers=HEADERS)


def refusal_page(fault: str) -> Response:
    """Say what is wrong with a request to log in."""
    return HTMLResponse(f"<!doctype html><title>400</title><p>{escape(fault)}</p>", 400, HEADERS)
