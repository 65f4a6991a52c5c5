"""Every byte on a connection has one reading: no body is run as a request, whatever a client offers."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from starlette.types import Message, Receive, Scope, Send

from ieum.api.http import request_framing
from ieum.api.http import server as limits
from tests.kit.api.raw_http import BETWEEN_SEGMENTS, answers, echo, serving, talk

POST = b"POST /orders HTTP/1.1\r\nhost: here\r\n"
LAST = b"GET /last HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n"
EVIL = b"GET /evil HTTP/1.1\r\nhost: here\r\n\r\n"
LENGTH = b"content-length: %d\r\n\r\n" % len(EVIL)
CHUNKED = b"transfer-encoding: chunked\r\n\r\n"
SAID, LAST_SAID = "POST /orders here " + EVIL.decode(), "GET /last here "
OFFERS = {
    "Java and curl": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n",
    "h2c alone": b"connection: upgrade\r\nupgrade: h2c\r\n",
    "in two lines": b"connection: keep-alive\r\nconnection: Upgrade\r\nUPGRADE: h2c\r\nupgrade: h2\r\n",
    "websocket": b"connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: AAAA\r\n",
    "TLS": b"connection: upgrade\r\nupgrade: TLS/1.0, HTTP/1.1\r\n",
    "nothing": b"",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def port() -> AsyncIterator[int]:
    async with serving(echo) as found:
        yield found


@pytest.mark.parametrize("offer", OFFERS)
async def test_an_offered_upgrade_is_ignored_and_the_body_kept(port: int, offer: str) -> None:
    head = POST + OFFERS[offer] + LENGTH
    told = [(200, "text/plain", SAID), (200, "text/plain", LAST_SAID)]
    for segments in (
        (head + EVIL + LAST,),
        (head, EVIL + LAST),
        (head, EVIL, LAST),
        (head[:30], head[30:] + EVIL[:7], EVIL[7:] + LAST),
        (head[:-1], head[-1:], EVIL[:1], EVIL[1:], LAST),
    ):
        assert answers(await talk(port, *segments)) == told


@pytest.mark.parametrize("offer", OFFERS)
async def test_a_chunked_body_is_kept_too(port: int, offer: str) -> None:
    chunks = b"%x\r\n%b\r\n0\r\nhost: trailer\r\nconnection: upgrade\r\n\r\n" % (len(EVIL), EVIL)
    head = POST + OFFERS[offer] + CHUNKED
    for segments in ((head + chunks + LAST,), (head, chunks, LAST), (head, chunks[:9], chunks[9:] + LAST)):
        told = answers(await talk(port, *segments))
        assert [body for *_, body in told] == [SAID, LAST_SAID]


@pytest.mark.parametrize("offer", OFFERS)
async def test_who_waits_for_100_is_told_to_go_on(port: int, offer: str) -> None:
    head = POST + OFFERS[offer] + b"expect: 100-continue\r\n" + LENGTH
    told = answers(await talk(port, head, EVIL + LAST))
    assert [(status, body) for status, _, body in told] == [(100, ""), (200, SAID), (200, LAST_SAID)]


async def test_many_requests_at_once_are_answered_in_their_order(port: int) -> None:
    some = POST + OFFERS["Java and curl"] + LENGTH + EVIL
    told = answers(await talk(port, some + EVIL + some + POST + LENGTH + EVIL + LAST))
    assert [body for *_, body in told] == [SAID, "GET /evil here ", SAID, SAID, LAST_SAID]


async def test_more_requests_at_once_than_are_kept_end_the_connection(port: int) -> None:
    told = answers(await talk(port, EVIL * (request_framing.PIPELINED_MAX + 50)))
    assert [status for status, *_ in told] == [200] * (request_framing.PIPELINED_MAX + 1)


BAD = {
    "length and chunked": POST + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + EVIL,
    "chunked and length": POST + b"transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n" + EVIL,
    "two lengths": POST + b"content-length: 3\r\ncontent-length: 40\r\n\r\nabc" + EVIL,
    "the same length twice": POST + b"content-length: 3\r\ncontent-length: 3\r\n\r\nabc",
    "a list of lengths": POST + b"content-length: 3, 3\r\n\r\nabc",
    "a signed length": POST + b"content-length: +3\r\n\r\nabc",
    "a length without end": POST + b"content-length: " + b"9" * 30 + b"\r\n\r\n",
    "a folded header": POST + b"x: a\r\n content-length: 3\r\n\r\nabc",
    "a folded header and an offer": POST
    + OFFERS["h2c alone"]
    + b"x: a\r\n\tb\r\ncontent-length: 3\r\n\r\nabc",
    "a space before the colon": POST + b"content-length : 3\r\n\r\nabc",
    "a name without letters": POST + b": 3\r\n\r\n",
    "NUL in a value": POST + b"x: a\0b\r\n\r\n",
    "CR in a value": POST + b"x: a\rb\r\n\r\n",
    "bare LF": POST.replace(b"\r\n", b"\n") + b"content-length: 3\n\nabc",
    "a chunk size that is none": POST + CHUNKED + b"zz\r\nabc\r\n0\r\n\r\n",
    "a chunk size with 0x": POST + CHUNKED + b"0x3\r\nabc\r\n0\r\n\r\n",
    "chunks with bare LF": POST + CHUNKED + b"3\nabc\n0\n\n",
    "a chunk that is longer": POST + CHUNKED + b"1\r\nabc\r\n0\r\n\r\n",
    "chunked twice": POST + b"transfer-encoding: chunked\r\n" + CHUNKED + b"0\r\n\r\n",
    "another coding": POST + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a coding that nobody undoes": POST + b"transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked and an offer and a length": POST + OFFERS["h2c alone"] + b"content-length: 5\r\n" + CHUNKED,
    "chunked in HTTP/1.0": b"POST / HTTP/1.0\r\nhost: here\r\n" + CHUNKED + b"0\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/2": b"GET / HTTP/2.0\r\nhost: here\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a tunnel": b"CONNECT here:80 HTTP/1.1\r\nhost: here\r\n\r\n" + EVIL,
    "a method in lower case": b"get / HTTP/1.1\r\nhost: here\r\n\r\n",
    "a fragment": b"GET /a#b HTTP/1.1\r\nhost: here\r\n\r\n",
    "another scheme": b"GET ftp://here/ HTTP/1.1\r\nhost: here\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.mark.parametrize("sent", BAD)
async def test_what_two_readers_could_read_in_two_ways_is_refused_as_a_problem(port: int, sent: str) -> None:
    for segments in ((BAD[sent] + EVIL,), (BAD[sent], EVIL)):
        [(status, media, body)] = answers(await talk(port, *segments))
        assert (status, media) == (400, "application/problem+json")
        problem = json.loads(body)
        assert problem["type"] == "urn:ieum:problem:malformed-request"
        assert problem["detail_ko"] != problem["detail_en"]


async def test_what_was_asked_before_something_bad_is_answered_and_nothing_after_it(port: int) -> None:
    told = answers(await talk(port, POST + LENGTH + EVIL + BAD["two lengths"] + EVIL))
    assert told == [(200, "text/plain", SAID)]
    told = answers(await talk(port, EVIL + EVIL + BAD["a chunk size that is none"] + EVIL))
    assert [body for *_, body in told] == ["GET /evil here "] * 2


async def test_an_absolute_target_names_the_host(port: int) -> None:
    said = b"GET http://named:81/a?b=1 HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n"
    assert answers(await talk(port, said)) == [(200, "text/plain", "GET /a named:81 ")]


async def _refuse(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def test_an_answer_before_the_whole_body_ends_the_connection_and_is_read_all_the_same() -> None:
    large = b"x" * 200_000
    head = POST + b"expect: 100-continue\r\ncontent-length: 200000\r\n\r\n"
    async with serving(_refuse) as port:
        for segments in ((head, large, EVIL), (head, EVIL)):
            said = await talk(port, *segments)
            assert answers(said) == [(404, "", "")]
            assert b"connection: close" in said


async def _slow_echo(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(BETWEEN_SEGMENTS)
    await echo(scope, receive, send)


async def test_who_closes_the_writing_half_is_answered_what_was_asked_in_full() -> None:
    some = POST + LENGTH + EVIL
    async with serving(_slow_echo) as port:
        for sent, told in (
            (some, [SAID]),
            (EVIL, ["GET /evil here "]),
            (EVIL + some + EVIL, ["GET /evil here ", SAID, "GET /evil here "]),
            (EVIL + some[:-1], ["GET /evil here "]),
            (EVIL + POST, ["GET /evil here "]),
            (some[:-1], []),
            (POST, []),
        ):
            for segments in ((sent,), (sent[:20], sent[20:])):
                said = answers(await talk(port, *segments, half_closes=True))
                assert [body for *_, body in said] == told


async def _wait(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    await echo(scope, _no_body, send)


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def test_who_closes_the_writing_half_waits_for_nothing() -> None:
    async with serving(_wait) as port:
        for segments in ((EVIL,), (EVIL[:9], EVIL[9:])):
            [(status, _, body)] = answers(await talk(port, *segments, half_closes=True))
            assert (status, body) == (200, "GET /evil here ")


async def test_an_older_client_is_not_told_to_go_on(port: int) -> None:
    head = POST.replace(b"1.1", b"1.0") + b"expect: 100-continue\r\n" + LENGTH
    assert [(status, body) for status, _, body in answers(await talk(port, head, EVIL))] == [(200, SAID)]


async def test_a_head_that_begins_behind_a_large_body_is_small(port: int) -> None:
    large = b" " * (2 * limits.HEAD_BYTES_MAX)
    some = POST + b"content-length: %d\r\n\r\n" % len(large) + large
    for segments in ((some + LAST[:9], LAST[9:]), (some[:40], some[40:] + some + LAST[:9], LAST[9:])):
        assert [body for *_, body in answers(await talk(port, *segments))][-1] == LAST_SAID


async def test_what_a_trailer_says_of_the_connection_is_done(port: int) -> None:
    chunks = b"%x\r\n%b\r\n0\r\nconnection: close\r\n\r\n" % (len(EVIL), EVIL)
    for segments in ((POST + CHUNKED + chunks + LAST,), (POST + CHUNKED, chunks, LAST)):
        assert [body for *_, body in answers(await talk(port, *segments))] == [SAID]
