"""Neither the token nor a guest's email or phone leaves the client in any text."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator

import httpx
import pytest

from tests.partner_api.answering import BODY, CALLS, KEY, TOKEN, calls_of, client_for
from thanxportal.partner_api import Exchange, PartnerApiError, redact

LEAK = f"Bearer {TOKEN} and {TOKEN} of ana@example.com or +1 (202) 555-0123"


def leaking(status: int, body: bytes | str) -> httpx.Response:
    return httpx.Response(status, content=body, headers={"Location": TOKEN, "Retry-After": TOKEN})


ANSWERS: list[httpx.Response | Exception] = [
    *[
        leaking(status, json.dumps({"error": {"code": "X", "message": LEAK}}))
        for status in (400, 401, 404, 422, 429, 500)
    ],
    *[leaking(status, f"<html>{LEAK}</html>") for status in (202, 302, 403, 429, 502)],
    leaking(400, '{"error": {"message": "' + TOKEN.replace("/", "\\/") + '"}}'),
    leaking(400, json.dumps({"error": {"message": "".join(f"%{ord(sign):02x}" for sign in TOKEN)}})),
    leaking(202, json.dumps({"issuance_job": {"id": None, "state": LEAK}})),
    leaking(500, b" " * 3_990 + LEAK.encode()),
    httpx.ConnectError(LEAK),
    httpx.ReadTimeout(LEAK, request=httpx.Request("POST", "https://x.example.com", headers={"Authorization": TOKEN})),
    httpx.LocalProtocolError(f"Illegal header value b'Bearer {TOKEN}'"),
]


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        assert error.__cause__ is None or error.__context__ is None or error.__cause__ is error.__context__
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("answer", ANSWERS, ids=range(len(ANSWERS)))
def test_no_error_tells_the_token_or_a_guest(answer: httpx.Response | Exception) -> None:
    exchanges: list[Exchange] = []
    client = client_for(answer, on_exchange=exchanges.append)
    with pytest.raises(PartnerApiError) as caught:
        client.issue(BODY, KEY)
    texts = [repr(exchanges), repr(client)]
    for error in chain_of(caught.value):
        texts += [str(error), repr(error), repr(error.args), repr(vars(error))]
    texts += traceback.TracebackException.from_exception(caught.value, capture_locals=False).format()
    told = "\n".join(texts)
    for secret in (TOKEN, "tok-3f9", "ana@example.com", "555-0123", "a@b.co"):
        assert secret not in told


def test_an_error_hangs_on_no_other_exception() -> None:
    for answer in (httpx.ReadTimeout("x"), httpx.Response(202, content=b"<html>"), httpx.Response(202, json={})):
        with pytest.raises(PartnerApiError) as caught:
            client_for(answer).issue(BODY, KEY)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None


def test_a_token_sent_back_as_a_code_is_hidden() -> None:
    client = client_for(leaking(400, '{"error": {"code": "WORD"}}'), access_token="WORD")
    with pytest.raises(PartnerApiError) as caught:
        client.issue(BODY, KEY)
    assert caught.value.code == "[token]"


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize("to", ["https://example.com/", "//example.com/partner/scopes", "/partner/elsewhere"])
def test_the_token_follows_no_redirect(call: str, status: int, to: str) -> None:
    asked: list[httpx.URL] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(status, headers={"Location": to})

    with pytest.raises(PartnerApiError):
        calls_of(client_for(redirect))[call]()
    assert [url.host for url in asked] == ["api.thanxsandbox.com"]
    assert "elsewhere" not in asked[0].path


@pytest.mark.parametrize(
    "address",
    ["https://example.com", "http://api.thanx.com", "https://api.thanx.com@example.com", "http://10.0.0.1", ""],
)
def test_no_client_is_made_for_another_address(address: str) -> None:
    with pytest.raises(ValueError, match="THANX_BASE_URL") as caught:
        client_for(httpx.Response(200), base_url=address)
    assert TOKEN not in str(caught.value)


def test_the_client_names_only_its_host() -> None:
    client = client_for(httpx.Response(200))
    assert repr(client) == str(client) == "<PartnerClient of api.thanxsandbox.com>"
    assert TOKEN not in repr(vars(client))


@pytest.mark.parametrize("bad", ["", " ", "with\nnewline", "tök", "tail ", "nul\0"])
@pytest.mark.parametrize("setting", ["access_token", "client_id", "user_agent"])
def test_a_setting_that_fits_no_header_is_refused_without_being_quoted(setting: str, bad: str) -> None:
    with pytest.raises(ValueError, match=f"The {setting.replace('_', ' ')} for Thanx") as caught:
        client_for(httpx.Response(200), **{setting: bad})
    assert not bad.strip() or bad not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "ana@example.com",
        "<ana.b+c@example.co.uk>",
        "ana%40example.com",
        "ana\\u0040example.com",
        "ana&#64;example.com",
        "änä@example.com",
        "+12025550123",
        "202-555-0123",
        "(202) 555.0123",
        "+1%20202%20555%200123",
        "202\u2011555\u20110123",
        "555 0123",
        "ana @ example.com",
        "ana\uff20example\uff0ecom",
        "a\u200bna@exam\u00adple.com",
        '"ana b"@example.com',
        "o'ana@example.com",
        "ana (at) example (dot) com",
        "ana[at]example[dot]com",
        "ana at example dot com",
        "ana_at_example.com",
        "ana%2540example.com",
        "ana@[192.0.2.1]",
        "+1_202_555_0123",
        "\uff12\uff10\uff12 \uff15\uff15\uff15 \uff10\uff11\uff12\uff13",
        "1 - (202) - 555 - 0123",
        "202\u200b555\u200b0123",
    ],
)
def test_what_looks_like_a_guest_is_hidden(text: str) -> None:
    hidden = redact(f"The guest {text} is unknown")
    assert hidden.startswith("The guest ")
    assert hidden.endswith("is unknown")
    assert not any(part in hidden for part in ("ana", "änä", "example", "555", "0123"))


def test_plain_words_and_short_numbers_stay_readable() -> None:
    assert redact("variants needs\n 1 to 4 entries, not 12 (see 3.1).") == (
        "variants needs 1 to 4 entries, not 12 (see 3.1)."
    )


def test_a_huge_hostile_text_is_cut_quickly() -> None:
    assert len(redact("a" * 1_000_000)) == 200
    assert len(redact("1 " * 1_000_000)) <= 200
