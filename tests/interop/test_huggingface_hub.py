"""`InferenceClient` against the router, against `hf-inference` and against those that it is put to."""

import json
import math

import httpx2
import jsonschema
import pytest
from huggingface_hub import InferenceClient, InferenceTimeoutError
from huggingface_hub.errors import HfHubHTTPError, TextGenerationError

from conversation import (
    JSON_SCHEMA,
    REPORTS,
    SCHEMA,
    STORY,
    TOOL,
    WEATHER,
    assistant,
    results,
    same_tokens,
    streamed,
    whole,
)
from providers import BY_NAME
from standins import FAULT, stand_in

NAMES = "huggingface hf-inference groq cerebras novita together fireworks llamacpp vllm"
PROVIDERS = [BY_NAME[name] for name in NAMES.split()]
EMBEDDER = "BAAI/bge-small-en-v1.5"
USAGE = {"stream_options": {"include_usage": True}}


def providers(wanted=lambda provider: True):
    return pytest.mark.parametrize("provider", [p for p in PROVIDERS if wanted(p)], ids=str)


def ask(provider, messages=STORY, model=None, fault=None, api_key=None, timeout=None, **options):
    standing, model = stand_in(provider.name), model or provider.model
    client = InferenceClient(
        base_url=f"{standing.base_url}/{model}" if provider.model_in_path else standing.base_url,
        api_key=api_key or standing.api_key,
        headers={FAULT: fault} if fault else None,
        timeout=timeout,
    )
    answer = client.chat_completion(messages, model=model, **options)
    return held(client, answer) if options.get("stream") else answer


def held(client, stream):
    # The SDK closes a stream together with its client, which must therefore live as long.
    with client:
        yield from stream


@providers()
def test_a_streamed_answer_is_the_whole_one(provider):
    plain, pieces = ask(provider), streamed(ask(provider, stream=True, **USAGE))
    assert "lighthouse" in pieces.text
    assert pieces.text == plain.choices[0].message.content
    assert pieces.finish == plain.choices[0].finish_reason == provider.stop
    assert same_tokens(pieces.usage, plain.usage)


@providers(lambda provider: provider.reasoner)
def test_reasoning_comes_in_the_providers_field(provider):
    plain = whole(ask(provider, model=provider.reasoner), provider.reasoning)
    pieces = streamed(ask(provider, model=provider.reasoner, stream=True), provider.reasoning)
    assert plain.reasoning and pieces.reasoning == plain.reasoning


@providers()
def test_parallel_calls_and_their_results(provider):
    completion = ask(provider, WEATHER, tools=[TOOL])
    answer = whole(completion)
    assert (answer.cities, answer.finish) == (["Paris", "Rome"], "tool_calls")
    history = [*WEATHER, assistant(answer), *results(answer)]
    told = whole(ask(provider, history, tools=[TOOL]))
    assert all(report in told.text for report in REPORTS.values())


@providers()
def test_streamed_parallel_calls_and_their_results(provider):
    answer = streamed(ask(provider, WEATHER, tools=[TOOL], stream=True))
    assert (answer.cities, answer.finish) == (["Paris", "Rome"], "tool_calls")
    history = [*WEATHER, assistant(answer), *results(answer)]
    told = streamed(ask(provider, history, tools=[TOOL], stream=True))
    assert all(report in told.text for report in REPORTS.values())


def test_an_answer_is_valid_under_its_schema():
    # With a base URL the SDK speaks as to Text Generation Inference: only there is this understood.
    answer = whole(ask(BY_NAME["hf-inference"], response_format=JSON_SCHEMA))
    jsonschema.validate(json.loads(answer.text), SCHEMA)


def test_features_are_vectors():
    standing = stand_in("hf-inference")
    url = f"{standing.base_url}/{EMBEDDER}/pipeline/feature-extraction"
    client = InferenceClient(base_url=url, api_key=standing.api_key)
    vector = client.feature_extraction("a lighthouse")
    assert vector.ndim == 1
    assert math.isclose(math.hypot(*vector), 1, rel_tol=1e-3)


def refused(provider, status, **options):
    with pytest.raises(HfHubHTTPError) as caught:
        ask(provider, **options)
    assert caught.value.response.status_code == status
    return caught.value


@providers(lambda provider: provider.bad_key)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_bad_key_is_refused(provider, stream):
    refused(provider, provider.bad_key, api_key="bad-key", stream=stream)


@providers()
def test_an_unknown_model_is_refused(provider):
    refused(provider, provider.unknown_model, model="does-not-exist")


@providers()
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_failure_keeps_its_status(provider, status):
    refused(provider, status, fault=str(status))


@providers()
def test_a_prompt_that_does_not_fit_is_refused(provider):
    refused(provider, provider.context, fault="context")


@providers()
@pytest.mark.parametrize("fault", ["cut:3", "error:3"])
def test_a_broken_stream_is_never_taken_for_a_whole_answer(provider, fault):
    complete = whole(ask(provider)).text
    failures = (TextGenerationError, httpx2.TransportError)
    answer = streamed(ask(provider, fault=fault, stream=True), failures=failures)
    assert answer.text and complete.startswith(answer.text) and answer.text != complete
    assert answer.error


@providers()
def test_silence_is_a_timeout(provider):
    with pytest.raises(InferenceTimeoutError):
        ask(provider, fault="hang", timeout=0.3)
