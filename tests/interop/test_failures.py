"""Refusals and breakdowns: each is the SDK's own exception, and no broken answer looks whole."""

import time

import httpx
import httpx2
import pytest

from conversation import STORY, streamed, whole
from standins import FAULT
from subjects import NATIVE, subjects

UNKNOWN = "does-not-exist"
NETWORK = (httpx.TransportError, httpx2.TransportError)


def ask(subject, fault=None, model=None, stream=False, **options):
    model = model or subject.provider.model
    client = subject.client(model, **{"max_retries": 0} | options)
    headers = {FAULT: fault} if fault else {}
    return client.chat.completions.create(
        model=model, messages=STORY, stream=stream, extra_headers=headers
    )


def refused(subject, status, **options):
    with pytest.raises(subject.error_class(status)) as caught:
        ask(subject, **options)
    assert caught.value.status_code == status
    assert caught.value.body
    return caught.value


@subjects(lambda subject: subject.provider.bad_key)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_bad_key_is_refused(subject, stream):
    refused(subject, subject.provider.bad_key, api_key="bad-key", stream=stream)


@subjects()
def test_an_unknown_model_is_refused(subject):
    refused(subject, subject.provider.unknown_model, model=UNKNOWN)


@subjects(among=NATIVE)
def test_an_unknown_model_is_not_described(subject):
    with pytest.raises(subject.sdk.NotFoundError):
        subject.client(max_retries=0).models.retrieve(UNKNOWN)


@subjects()
def test_a_prompt_that_does_not_fit_is_refused(subject):
    error = refused(subject, subject.provider.context, fault="context")
    told = f"{error} {error.body}"
    assert any(word in told for word in ("context", "length", "tokens"))


@subjects()
@pytest.mark.parametrize("status", [500, 503])
def test_an_outage_is_an_error_of_the_server(subject, status):
    refused(subject, status, fault=str(status))


@subjects()
def test_too_many_requests_is_an_error_with_a_hint(subject):
    error = refused(subject, 429, fault="429:7")
    assert error.response.headers["retry-after"] == "7"


@subjects()
def test_the_sdk_waits_as_it_is_told_and_asks_again(subject, faults):
    faults(subject.provider.name, "429:1*1")
    before, started = len(subject.stand_in.requests()), time.monotonic()
    answer = whole(ask(subject, max_retries=2))
    # Left to itself the SDK would wait half a second.
    assert time.monotonic() - started >= 1
    asked = [r for r in subject.stand_in.requests()[before:] if r["method"] == "POST"]
    assert len(asked) == 2
    assert answer.finish == subject.provider.stop


@subjects()
@pytest.mark.parametrize("fault", ["cut:3", "error:3"])
def test_a_broken_stream_is_never_taken_for_a_whole_answer(subject, fault):
    complete = whole(ask(subject)).text
    failures = (subject.sdk.APIError, *NETWORK)
    answer = streamed(ask(subject, fault, stream=True), failures=failures)
    assert answer.text and complete.startswith(answer.text) and answer.text != complete
    assert answer.error or answer.finish not in (subject.provider.stop, "length", "tool_calls")


@subjects()
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_silence_is_a_timeout(subject, stream):
    with pytest.raises(subject.sdk.APITimeoutError):
        ask(subject, "hang", stream=stream, timeout=0.3)
