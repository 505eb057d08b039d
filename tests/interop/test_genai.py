"""The official `google-genai` SDK against Gemini's stand-in."""

import json
import math
from typing import Literal

import httpx2
import jsonschema
import pytest
from google import genai
from google.genai import errors, types
from pydantic import BaseModel

from conversation import REPORTS, SCHEMA, STORY
from standins import FAULT, stand_in

MODEL = "gemini-3.1-flash-lite"
EMBEDDER = "gemini-embedding-001"
STANDING = "gemini"
QUESTION = STORY[0]["content"]
WEATHER = "What is the weather in Paris and Rome?"
FORECAST = "A forecast for Lima over 3 days in celsius"

both_ways = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


class Forecast(BaseModel):
    city: str
    unit: Literal["celsius", "fahrenheit"]
    days: int


def get_weather(city: str) -> str:
    """The current weather in a city."""
    return REPORTS[city]


def client(fault=None, api_key=None, timeout=None):
    standing = stand_in(STANDING)
    headers = {FAULT: fault} if fault else {}
    # One attempt: the SDK's own patience is not what is looked at.
    options = types.HttpOptions(
        base_url=standing.origin,
        headers=headers,
        timeout=timeout,
        retry_options=types.HttpRetryOptions(attempts=1),
    )
    return genai.Client(api_key=api_key or standing.api_key, http_options=options)


def ask(contents=QUESTION, stream=False, model=MODEL, config=None, **told):
    """The responses: one, or those of a stream."""
    # The client must live as long as its stream.
    with client(**told) as asked:
        if stream:
            pieces = asked.models.generate_content_stream(model=model, contents=contents, config=config)
            return list(pieces)
        return [asked.models.generate_content(model=model, contents=contents, config=config)]


def parts(responses):
    return [part for r in responses for c in r.candidates for part in c.content.parts or []]


def text(responses):
    return "".join(part.text or "" for part in parts(responses) if not part.thought)


def calls(responses):
    return [part.function_call for part in parts(responses) if part.function_call]


def tools(**calling):
    """A tool that is declared and not called by the SDK itself."""
    declared = types.Tool(
        function_declarations=[
            {
                "name": "get_weather",
                "description": "The current weather in a city",
                "parameters": {
                    "type": "OBJECT",
                    "properties": {"city": {"type": "STRING"}},
                    "required": ["city"],
                },
            }
        ]
    )
    chosen = types.ToolConfig(function_calling_config=calling) if calling else None
    return types.GenerateContentConfig(tools=[declared], tool_config=chosen)


def test_a_streamed_answer_is_the_whole_one():
    plain, pieces = ask(), ask(stream=True)
    assert "lighthouse" in text(plain)
    assert text(pieces) == text(plain) == plain[0].text
    reasons = [r.candidates[0].finish_reason for r in pieces]
    assert reasons[-1] == plain[0].candidates[0].finish_reason == types.FinishReason.STOP
    assert not any(reasons[:-1])
    first, last = plain[0].usage_metadata, pieces[-1].usage_metadata
    assert first == last
    counts = (first.prompt_token_count, first.candidates_token_count, first.thoughts_token_count)
    assert sum(counts) == first.total_token_count


@both_ways
def test_why_it_stopped_is_said(stream):
    cut = ask(stream=stream, config={"max_output_tokens": 5})
    assert cut[-1].candidates[0].finish_reason == types.FinishReason.MAX_TOKENS
    assert "lighthouse" not in text(ask(stream=stream, config={"stop_sequences": ["lighthouse"]}))


@both_ways
def test_parallel_calls_and_their_results(stream):
    responses = ask(WEATHER, stream, config=tools())
    assert [call.args["city"] for call in calls(responses)] == ["Paris", "Rome"]
    called = [part for part in parts(responses) if part.function_call]
    assert called[0].thought_signature and not called[1].thought_signature
    results = [
        types.Part.from_function_response(name=c.name, response={"result": REPORTS[c.args["city"]]})
        for c in calls(responses)
    ]
    history = [
        types.UserContent(WEATHER),
        types.ModelContent(called),
        types.UserContent(results),
    ]
    told = text(ask(history, stream, config=tools()))
    assert all(report in told for report in REPORTS.values())
    called[0].thought_signature = None
    with pytest.raises(errors.ClientError, match="thought_signature"):
        ask(history, stream, config=tools())


def test_the_sdk_calls_functions_by_itself():
    told = text(ask(WEATHER, config={"tools": [get_weather]}))
    assert all(report in told for report in REPORTS.values())


@both_ways
def test_the_choice_of_tool_is_obeyed(stream):
    assert not calls(ask(WEATHER, stream, config=tools(mode="NONE")))
    assert calls(ask(QUESTION, stream, config=tools(mode="ANY", allowed_function_names=["get_weather"])))


@both_ways
def test_thoughts_are_shown_when_asked_for(stream):
    thinking = types.ThinkingConfig(include_thoughts=True)
    responses = ask(stream=stream, config={"thinking_config": thinking})
    assert any(part.thought and part.text for part in parts(responses))
    assert text(responses) == text(ask())


@both_ways
def test_an_answer_is_valid_under_its_schema(stream):
    config = {"response_mime_type": "application/json", "response_json_schema": SCHEMA}
    jsonschema.validate(json.loads(text(ask(FORECAST, stream, config=config))), SCHEMA)


def test_a_model_of_pydantic_is_parsed():
    config = {"response_mime_type": "application/json", "response_schema": Forecast}
    [response] = ask(FORECAST, config=config)
    assert response.parsed == Forecast(city="Lima", unit="celsius", days=3)


def test_images_documents_and_instructions_are_taken():
    image = types.Part.from_bytes(data=b"\x89PNG", mime_type="image/png")
    document = types.Part.from_bytes(data=b"%PDF-1.7", mime_type="application/pdf")
    config = {"system_instruction": "Be brief.", "temperature": 0.5, "seed": 7}
    assert "1 image" in text(ask([image, document, "What is this?"], config=config))


@both_ways
def test_a_chat_remembers(stream):
    with client() as asked:
        chat = asked.chats.create(model=MODEL)
        for question in ["count to 3", "count to 4"]:
            if stream:
                said = "".join(piece.text or "" for piece in chat.send_message_stream(question))
            else:
                said = chat.send_message(question).text
    assert said == "[simulated] 1 2 3 4"
    assert len(chat.get_history()) >= 4


def test_tokens_are_counted_as_they_are_used():
    with client() as asked:
        counted = asked.models.count_tokens(model=MODEL, contents=QUESTION)
    assert counted.total_tokens == ask()[0].usage_metadata.prompt_token_count


def test_models_are_listed_page_by_page():
    with client() as asked:
        names = [model.name for model in asked.models.list(config={"page_size": 2})]
        assert len(names) > 2 and f"models/{MODEL}" in names
        assert "generateContent" in asked.models.get(model=MODEL).supported_actions
        with pytest.raises(errors.ClientError):
            asked.models.get(model="does-not-exist")


def test_embeddings_are_vectors():
    config = {"output_dimensionality": 8, "task_type": "RETRIEVAL_QUERY"}
    contents = ["one", "two", "one"]
    with client() as asked:
        vectors = asked.models.embed_content(model=EMBEDDER, contents=contents, config=config).embeddings
    first, second, again = (vector.values for vector in vectors)
    assert len(first) == 8 and first == again != second
    assert math.isclose(math.hypot(*first), 1, rel_tol=1e-3)


FAILURES = {
    "400": (400, "INVALID_ARGUMENT"),
    "403": (403, "PERMISSION_DENIED"),
    "404": (404, "NOT_FOUND"),
    "429": (429, "RESOURCE_EXHAUSTED"),
    "500": (500, "INTERNAL"),
    "503": (503, "UNAVAILABLE"),
    "504": (504, "DEADLINE_EXCEEDED"),
    "daily": (429, "RESOURCE_EXHAUSTED"),
    "context": (400, "INVALID_ARGUMENT"),
}


@pytest.mark.parametrize("fault", FAILURES)
@both_ways
def test_a_failure_is_the_sdks_own_exception(fault, stream):
    code, status = FAILURES[fault]
    with pytest.raises(errors.ClientError if code < 500 else errors.ServerError) as caught:
        ask(stream=stream, fault=fault)
    assert (caught.value.code, caught.value.status) == (code, status)
    assert caught.value.message


@both_ways
def test_a_bad_key_is_refused(stream):
    with pytest.raises(errors.ClientError, match="API_KEY_INVALID"):
        ask(stream=stream, api_key="bad-key")


@both_ways
def test_a_blocked_prompt_has_no_candidates(stream):
    responses = ask(stream=stream, fault="filter")
    assert not any(response.candidates for response in responses)
    assert responses[0].prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT


@pytest.mark.parametrize("fault", ["cut:3", "error:3", "eof:3"])
def test_a_broken_stream_is_never_taken_for_a_whole_answer(fault):
    complete, responses, error = text(ask()), [], None
    try:
        with client(fault) as asked:
            for piece in asked.models.generate_content_stream(model=MODEL, contents=QUESTION):
                responses.append(piece)
    except (errors.APIError, httpx2.TransportError) as caught:
        error = caught
    said = text(responses)
    assert said and complete.startswith(said) and said != complete
    assert error or not responses[-1].candidates[0].finish_reason


@both_ways
def test_silence_is_a_timeout(stream):
    with pytest.raises(httpx2.TimeoutException):
        ask(stream=stream, fault="hang", timeout=300)
