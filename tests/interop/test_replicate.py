"""Replicate's own SDK against its stand-in."""

import asyncio

import httpx
import pytest
import replicate
from replicate.exceptions import ModelError, ReplicateError

from standins import FAULT, stand_in

GPT = "openai/gpt-5-nano"
LLAMA = "meta/meta-llama-3-8b-instruct"
GRANITE = "ibm-granite/granite-3.3-8b-instruct"
QUESTION = "Tell me about the lighthouse at Cape Horn."
COUNT, WHOLE = {"prompt": "count to 5"}, "[simulated] 1 2 3 4 5"


def client(fault=None, api_token=None, **options):
    standing = stand_in("replicate")
    headers = {FAULT: fault} if fault else {}
    made = replicate.Client(api_token or standing.api_key, base_url=standing.origin, headers=headers, **options)
    made.poll_interval = 0.01
    return made


def requests_of(prediction):
    """What was asked about a prediction, without its making."""
    asked = [(r["method"], r["path"]) for r in stand_in("replicate").requests()]
    return [(method, path.rpartition("/")[2]) for method, path in asked if prediction.id in path]


def test_run_gives_the_pieces():
    answer = client().run(LLAMA, {"prompt": QUESTION, "system_prompt": "Be terse.", "max_tokens": 200})
    assert "lighthouse" in "".join(answer) and len(answer) > 10


def test_run_of_a_conversation():
    messages = [{"role": "system", "content": "Be terse."}, {"role": "user", "content": "count to 5"}]
    assert "".join(client().run(GPT, {"messages": messages, "reasoning_effort": "low"})) == WHOLE


def test_run_without_holding_the_line():
    assert "".join(client().run(LLAMA, COUNT, wait=False)) == WHOLE


def test_run_of_a_version():
    model = client().models.get(LLAMA)
    assert "".join(client().run(f"{LLAMA}:{model.latest_version.id}", COUNT)) == WHOLE
    assert "".join(client().run(f"{LLAMA}:{model.latest_version.id}", COUNT, wait=False)) == WHOLE


def test_a_stream_is_the_whole_answer():
    prompt = {"prompt": "say exactly: one\n\ntwo  three"}
    events = list(client().stream(LLAMA, input=prompt))
    assert "".join(map(str, events)) == "one\n\ntwo  three"
    kinds = [event.event.value for event in events]
    assert (kinds[0], kinds[-1], set(kinds[1:-1])) == ("logs", "done", {"output"})
    assert len({event.id for event in events}) == len(events)


def test_the_same_without_blocking():
    async def ask():
        answer = await client().async_run(LLAMA, COUNT)
        events = [str(event) async for event in await client().async_stream(LLAMA, input=COUNT)]
        prediction = await client().predictions.async_create(model=GPT, input=COUNT)
        await prediction.async_wait()
        return "".join(answer), "".join(events), "".join(prediction.output)

    assert asyncio.run(ask()) == (WHOLE, WHOLE, WHOLE)


def test_a_prediction_is_made_and_waited_for():
    prediction = client().models.predictions.create(LLAMA, COUNT)
    assert (prediction.status, prediction.output, prediction.completed_at) == ("starting", None, None)
    prediction.wait()
    assert (prediction.status, prediction.model) == ("succeeded", LLAMA)
    assert "".join(prediction.output) == WHOLE and prediction.started_at and prediction.completed_at
    assert prediction.metrics["input_token_count"] > 0 < prediction.metrics["output_token_count"]
    assert requests_of(prediction)[-1] == ("GET", prediction.id)


@pytest.mark.parametrize("wait", [True, 5])
def test_a_prediction_comes_finished_to_those_who_wait(wait):
    # `predictions.create` does not pass the wait on to models.
    prediction = client().models.predictions.create(LLAMA, COUNT, wait=wait)
    assert prediction.status == "succeeded" and "".join(prediction.output) == WHOLE
    assert not requests_of(prediction)


def test_a_deployment_answers():
    prediction = client().deployments.predictions.create("acme/chat", COUNT)
    prediction.wait()
    assert "".join(prediction.output) == WHOLE


def test_a_prediction_can_be_canceled():
    prediction = client("slow:1m").predictions.create(model=LLAMA, input=COUNT)
    prediction.cancel()
    assert prediction.status == "canceled"
    prediction.reload()
    assert (prediction.status, prediction.output) == ("canceled", None)
    assert requests_of(prediction) == [("POST", "cancel"), ("GET", prediction.id)]
    done = list(prediction.stream())[-1]
    assert (done.event.value, done.data) == ("done", '{"reason":"canceled"}')


def test_a_model_tells_what_it_takes():
    def fields(name):
        schema = client().models.get(name).latest_version.openapi_schema
        return set(schema["components"]["schemas"]["Input"]["properties"])

    assert {"messages", "reasoning_effort", "max_completion_tokens"} <= fields(GPT)
    assert {"max_tokens", "stop_sequences", "seed"} <= fields(LLAMA)
    assert fields(GRANITE) == {"prompt", "max_new_tokens"}
    assert {LLAMA, GPT, GRANITE} < {model.id for model in client().models.list()}


@pytest.mark.parametrize("status", [402, 429, 500, 503])
def test_a_refusal_keeps_its_status(status):
    with pytest.raises(ReplicateError) as caught:
        client(str(status)).run(LLAMA, COUNT)
    assert caught.value.status == status and caught.value.detail


def test_a_bad_key_is_refused():
    with pytest.raises(ReplicateError) as caught:
        client(api_token="bad-key").run(LLAMA, COUNT)
    assert (caught.value.status, caught.value.title) == (401, "Unauthenticated")


def test_what_is_unknown_is_not_found():
    for ask in (
        lambda: client().run("owner/does-not-exist", COUNT),
        lambda: client().models.get("owner/does-not-exist"),
        lambda: client().predictions.get("unknown"),
        lambda: client().predictions.cancel("unknown"),
    ):
        with pytest.raises(ReplicateError) as caught:
            ask()
        assert caught.value.status == 404


@pytest.mark.parametrize("field", [{"prompt": 7}, {"prompt": "hello", "tools": []}])
def test_input_that_does_not_fit_is_refused(field):
    with pytest.raises(ReplicateError) as caught:
        client().run(LLAMA, field)
    assert (caught.value.status, caught.value.title) == (422, "Input validation failed")


@pytest.mark.parametrize("fault", ["context", "filter", "busy", "error200", "error:3"])
@pytest.mark.parametrize("wait", [True, False])
def test_a_failed_prediction_is_an_error_of_the_model(fault, wait):
    with pytest.raises(ModelError) as caught:
        client(fault).run(LLAMA, COUNT, wait=wait)
    assert caught.value.prediction.status == "failed" and str(caught.value)


def test_a_prompt_that_does_not_fit_says_so():
    with pytest.raises(ModelError, match="too long"):
        client("context").run(LLAMA, COUNT)


def test_a_failure_in_a_stream_is_raised():
    texts = []
    with pytest.raises(RuntimeError, match="Prediction failed"):
        texts.extend(str(event) for event in client("error:3").stream(LLAMA, input=COUNT))


@pytest.mark.parametrize("fault", ["cut:3", "eof:3", "reset:3"])
def test_a_broken_stream_does_not_end_with_done(fault):
    events, broken = [], False
    try:
        for event in client(fault).stream(LLAMA, input=COUNT):
            events.append(event)
    except httpx.TransportError:
        broken = True
    assert "".join(map(str, events)) == "[simulated] 1 2"
    assert broken or events[-1].event.value == "output"


def test_silence_is_a_timeout():
    # Without a wait the SDK would wait for ever.
    with pytest.raises(httpx.ReadTimeout):
        client("hang").models.predictions.create(LLAMA, COUNT, wait=1)
