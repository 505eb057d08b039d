"""The gateway under the eyes of OpenAI's own SDK: its users do not notice who is behind it."""

import asyncio
import json
import os

import openai
import pytest
from pydantic import BaseModel

from conversation import JSON_SCHEMA, SCHEMA, STORY, TOOL, WEATHER, assistant, results
from conversation import same_tokens, streamed, whole
from jsonschema import validate
from launch import gateway

GROQ, CEREBRAS = "groq/openai/gpt-oss-20b", "cerebras/gpt-oss-120b"


def settings(**options):
    url = os.environ["INTEROP_GATEWAY"] + "/v1"
    return {"base_url": url, "api_key": "any", "max_retries": 0} | options


def client(**options):
    return openai.OpenAI(**settings(**options))


def ask(model="simulated", messages=STORY, **options):
    return client().chat.completions.create(model=model, messages=messages, **options)


def test_a_streamed_answer_is_the_whole_one():
    usage = {"stream_options": {"include_usage": True}}
    plain = whole(ask(), "reasoning_content")
    pieces = streamed(ask(stream=True, **usage), "reasoning_content")
    assert "lighthouse" in plain.text
    assert (pieces.text, pieces.reasoning) == (plain.text, plain.reasoning)
    assert plain.reasoning
    assert pieces.role == plain.role == "assistant"
    assert pieces.finish == plain.finish == "stop"
    assert same_tokens(pieces.usage, plain.usage)


def test_answers_are_valid_under_the_sdks_own_types():
    answers = [ask(), *ask(stream=True), ask(messages=WEATHER, tools=[TOOL])]
    for answer in [*answers, *client().models.list().data]:
        type(answer).model_validate(answer.to_dict(), strict=True)


def test_every_chunk_calls_itself_the_same():
    chunks = list(ask(stream=True))
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1
    assert chunks[0].model == GROQ


@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_called_and_answered(stream):
    read = streamed if stream else whole
    asked = read(ask(messages=WEATHER, tools=[TOOL], stream=stream))
    assert asked.finish == "tool_calls"
    assert sorted(asked.cities) == ["Paris", "Rome"]
    messages = [*WEATHER, assistant(asked), *results(asked)]
    answered = read(ask(messages=messages, tools=[TOOL], stream=stream))
    assert "18 degrees" in answered.text and "24 degrees" in answered.text


def test_answers_follow_a_schema():
    answer = whole(ask(response_format=JSON_SCHEMA))
    validate(json.loads(answer.text), SCHEMA)


class City(BaseModel):
    name: str
    country: str


def test_the_sdks_helpers_work():
    options = {"model": "simulated", "messages": STORY}
    parsed = client().chat.completions.parse(response_format=City, **options)
    assert parsed.choices[0].message.parsed.name
    with client().chat.completions.stream(**options) as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_completion()
    assert {"chunk", "content.delta", "content.done"} <= kinds
    assert final.choices[0].message.content == ask().choices[0].message.content


def test_an_outage_is_not_noticed(faults):
    faults("groq", "503")
    plain = client().chat.completions.with_raw_response.create(model="simulated", messages=STORY)
    assert plain.parse().model == CEREBRAS
    assert plain.headers["x-aigw-provider"] == "cerebras"
    chunks = list(ask(stream=True))
    assert {chunk.model for chunk in chunks} == {CEREBRAS}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "fault, error",
    [
        ("401", openai.InternalServerError),
        ("filter", openai.BadRequestError),
        ("context", openai.BadRequestError),
    ],
)
def test_refusals_are_the_sdks_own_errors(faults, fault, error, stream):
    # A provider of their own for each: what is learnt about a key outlives a test.
    provider = {"401": "mistral", "filter": "openai", "context": "fireworks"}[fault]
    faults(provider, fault)
    with pytest.raises(error) as caught:
        list(ask(provider, stream=stream))
    if fault == "401":
        # Our key is refused, not the client's.
        assert caught.value.status_code == 502
        assert provider in caught.value.message
    else:
        assert caught.value.body["attempts"][0]["provider"] == provider
    if fault == "context":
        assert caught.value.code == "context_length_exceeded"


def test_a_throttled_client_hears_for_how_long(faults):
    faults("together", "429:30")
    with pytest.raises(openai.RateLimitError) as caught:
        ask("together")
    assert 25 <= int(caught.value.response.headers["retry-after"]) <= 30


def test_a_broken_stream_raises(faults):
    faults("novita", "cut:9")
    answer = streamed(ask("novita", stream=True), failures=openai.APIError)
    assert answer.error.code == "broken_stream"
    assert answer.text and answer.finish is None


def test_a_broken_stream_is_mended(faults):
    question = [{"role": "user", "content": "Tell me about the lighthouse of Alexandria."}]
    plain = ask(messages=question).choices[0].message.content
    faults("groq", "cut:9")
    pieces = streamed(ask(messages=question, stream=True))
    assert (pieces.text, pieces.finish) == (plain, "stop")


def test_models_are_listed_and_described():
    names = [model.id for model in client().models.list().data]
    assert names[0] == "simulated" and GROQ in names
    for name in ("simulated", GROQ):
        assert client().models.retrieve(name).id == name
    with pytest.raises(openai.NotFoundError) as caught:
        ask("grok-nothing")
    assert caught.value.code == "model_not_found"


def test_many_at_once():
    async def one(session, number):
        words = f"say exactly: number {number}"
        answer = await session.chat.completions.create(
            model="simulated", messages=[{"role": "user", "content": words}]
        )
        return answer.choices[0].message.content

    async def all_of_them(url):
        async with openai.AsyncOpenAI(**settings(base_url=f"{url}/v1")) as session:
            return await asyncio.gather(*(one(session, number) for number in range(100)))

    # Of its own: what other tests use up of the stand-ins' limits is no matter here.
    with gateway("groq", "cerebras") as url:
        said = asyncio.run(all_of_them(url))
    assert said == [f"number {number}" for number in range(100)]
