"""The official `anthropic` SDK against Anthropic's stand-in."""

import base64
import json
import time
from typing import Literal

import anthropic
import httpx2
import jsonschema
import pytest
from pydantic import BaseModel

from conversation import REPORTS, SCHEMA, STORY, WEATHER
from standins import FAULT, stand_in

MODEL = "claude-haiku-4-5"
STANDING = "anthropic"
TOOL = {
    "name": "get_weather",
    "description": "The current weather in a city",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}
FORECAST = [{"role": "user", "content": "A forecast for Lima over 3 days in celsius"}]
THINKING = {"type": "enabled", "budget_tokens": 1024}
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()

both_ways = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


class Forecast(BaseModel):
    city: str
    unit: Literal["celsius", "fahrenheit"]
    days: int


def client(fault=None, **options):
    standing = stand_in(STANDING)
    options = {"api_key": standing.api_key, "max_retries": 0} | options
    headers = {FAULT: fault} if fault else {}
    return anthropic.Anthropic(base_url=standing.origin, default_headers=headers, **options)


def ask(messages=STORY, stream=False, fault=None, told=None, **options):
    """The message, put together from a stream by the SDK's own helper if it is one."""
    options = {"model": MODEL, "max_tokens": 2048, "messages": messages} | options
    create = client(fault, **(told or {})).messages
    if not stream:
        return create.create(**options)
    with create.stream(**options) as pieces:
        return pieces.get_final_message()


def text(message):
    return "".join(block.text for block in message.content if block.type == "text")


def calls(message):
    return [block for block in message.content if block.type == "tool_use"]


def with_results(messages, message):
    results = [
        {"type": "tool_result", "tool_use_id": call.id, "content": REPORTS[call.input["city"]]}
        for call in calls(message)
    ]
    turns = [{"role": "assistant", "content": message.content}, {"role": "user", "content": results}]
    return [*messages, *turns]


def test_a_streamed_answer_is_the_whole_one():
    plain, pieces = ask(), ask(stream=True)
    assert "lighthouse" in text(plain)
    assert text(pieces) == text(plain)
    assert pieces.stop_reason == plain.stop_reason == "end_turn"
    assert pieces.usage.output_tokens == plain.usage.output_tokens > 0
    assert pieces.usage.input_tokens == plain.usage.input_tokens > 0


def test_events_are_those_of_the_sdk():
    create = client().messages.create
    events = list(create(model=MODEL, max_tokens=99, messages=STORY, stream=True))
    kinds = [event.type for event in events]
    assert kinds[:2] == ["message_start", "content_block_start"]
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    for event in [*events, ask(), *client().models.list()]:
        type(event).model_validate(event.to_dict())


@both_ways
def test_why_it_stopped_is_said(stream):
    assert ask(stream=stream, max_tokens=5).stop_reason == "max_tokens"
    stopped = ask(stream=stream, stop_sequences=["lighthouse"])
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", "lighthouse")


@both_ways
def test_parallel_calls_and_their_results(stream):
    message = ask(WEATHER, stream, tools=[TOOL])
    assert message.stop_reason == "tool_use"
    assert [call.input["city"] for call in calls(message)] == ["Paris", "Rome"]
    told = ask(with_results(WEATHER, message), stream, tools=[TOOL])
    assert all(report in text(told) for report in REPORTS.values())


@both_ways
def test_the_choice_of_tool_is_obeyed(stream):
    one = {"type": "auto", "disable_parallel_tool_use": True}
    assert len(calls(ask(WEATHER, stream, tools=[TOOL], tool_choice=one))) == 1
    assert not calls(ask(WEATHER, stream, tools=[TOOL], tool_choice={"type": "none"}))
    assert calls(ask(STORY, stream, tools=[TOOL], tool_choice={"type": "any"}))


def test_a_result_that_is_missing_is_asked_for():
    history = with_results(WEATHER, ask(WEATHER, tools=[TOOL]))
    history[-1]["content"].pop()
    with pytest.raises(anthropic.BadRequestError, match="tool_result"):
        ask(history, tools=[TOOL])


@both_ways
def test_thoughts_travel_back_with_their_signature(stream):
    message = ask(WEATHER, stream, tools=[TOOL], thinking=THINKING)
    thought = message.content[0]
    assert thought.type == "thinking" and thought.thinking and thought.signature
    history = with_results(WEATHER, message)
    assert text(ask(history, stream, tools=[TOOL], thinking=THINKING))
    thought.signature = "EqoB"
    with pytest.raises(anthropic.BadRequestError, match="signature"):
        ask(history, stream, tools=[TOOL], thinking=THINKING)


@both_ways
def test_an_answer_is_valid_under_its_schema(stream):
    form = {"format": {"type": "json_schema", "schema": SCHEMA}}
    jsonschema.validate(json.loads(text(ask(FORECAST, stream, output_config=form))), SCHEMA)


def test_a_model_of_pydantic_is_streamed():
    options = {"model": MODEL, "max_tokens": 999, "messages": FORECAST, "output_format": Forecast}
    with client().messages.stream(**options) as stream:
        parsed = stream.get_final_message().parsed_output
    assert parsed == Forecast(city="Lima", unit="celsius", days=3)


def test_images_and_documents_are_taken():
    def block(kind, mime):
        return {"type": kind, "source": {"type": "base64", "media_type": mime, "data": PIXEL}}

    media = [block("image", "image/png"), block("document", "application/pdf")]
    question = {"type": "text", "text": "What is this?"}
    assert "1 image" in text(ask([{"role": "user", "content": [*media, question]}]))


def test_tokens_are_counted_as_they_are_used():
    counted = client().messages.count_tokens(model=MODEL, messages=STORY)
    assert counted.input_tokens == ask().usage.input_tokens


def test_models_are_listed_page_by_page():
    models = client().models
    names = [model.id for model in models.list(limit=1)]
    assert len(names) > 1 and MODEL in names
    assert models.retrieve(MODEL).id == MODEL
    with pytest.raises(anthropic.NotFoundError):
        models.retrieve("does-not-exist")


FAILURES = {
    "400": anthropic.BadRequestError,
    "403": anthropic.PermissionDeniedError,
    "404": anthropic.NotFoundError,
    "413": anthropic.APIStatusError,
    "429": anthropic.RateLimitError,
    "500": anthropic.InternalServerError,
    "503": anthropic.InternalServerError,
    "529": anthropic.InternalServerError,
    "busy": anthropic.InternalServerError,
    "quota": anthropic.BadRequestError,
    "context": anthropic.BadRequestError,
}


@pytest.mark.parametrize("fault", FAILURES)
@both_ways
def test_a_failure_is_the_sdks_own_exception(fault, stream):
    with pytest.raises(FAILURES[fault]) as caught:
        ask(stream=stream, fault=fault)
    assert caught.value.request_id == caught.value.body["request_id"]
    assert caught.value.body["error"]["message"]


@both_ways
def test_a_bad_key_is_refused(stream):
    with pytest.raises(anthropic.AuthenticationError):
        ask(stream=stream, told={"api_key": "bad-key"})


def test_a_token_serves_as_a_key():
    assert text(ask(told={"api_key": None, "auth_token": "good-token"}))


@both_ways
def test_a_refusal_is_an_answer(stream):
    refusal = ask(stream=stream, fault="filter")
    assert (refusal.stop_reason, refusal.content) == ("refusal", [])


def test_the_sdk_waits_as_it_is_told_and_asks_again(faults):
    faults(STANDING, "429:1*1")
    started = time.monotonic()
    assert text(ask(told={"max_retries": 2}))
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize("fault", ["cut:3", "error:3", "eof:3", "no_done"])
def test_a_broken_stream_is_never_taken_for_a_whole_answer(fault):
    complete, said, last, error = text(ask()), "", None, None
    create = client(fault).messages.create
    try:
        for event in create(model=MODEL, max_tokens=2048, messages=STORY, stream=True):
            last = event.type
            if event.type == "content_block_delta":
                said += event.delta.text
    except (anthropic.APIError, httpx2.TransportError) as caught:
        error = caught
    assert said and complete.startswith(said)
    assert error or last != "message_stop"


def test_pings_are_not_seen():
    assert text(ask(stream=True, fault="keepalive:100ms")) == text(ask())


@both_ways
def test_silence_is_a_timeout(stream):
    with pytest.raises(anthropic.APITimeoutError):
        ask(stream=stream, fault="hang", told={"timeout": 0.3})
