"""Calls of tools, both ways, and what is made of their results."""

import pytest

from conversation import REPORTS, TOOL, WEATHER, assistant, results, streamed, whole
from subjects import NATIVE, OPENAI, SUBJECTS, subjects

every_subject = subjects()


def streams_calls_by_index(subject):
    # Mistral's streamed calls have been recorded without an index, and the OpenAI SDK cannot read those.
    return subject.provider.name != "mistral"


def ask(subject, messages=WEATHER, **options):
    create = subject.client().chat.completions.create
    return create(model=subject.provider.model, messages=messages, tools=[TOOL], **options)


def assert_both_cities(answer):
    assert answer.cities == ["Paris", "Rome"]
    assert [call.name for call in answer.calls] == ["get_weather"] * 2
    assert all(call.id for call in answer.calls) and answer.calls[0].id != answer.calls[1].id
    assert answer.finish == "tool_calls"


def assert_reported(answer, subject):
    assert all(report in answer.text for report in REPORTS.values())
    assert not answer.calls
    assert answer.finish == subject.provider.stop


@every_subject
def test_parallel_calls_and_their_results(subject):
    completion = ask(subject)
    answer = whole(completion)
    assert_both_cities(answer)
    # The message goes back as the SDK read it, with all that the provider put into it.
    history = [*WEATHER, completion.choices[0].message, *results(answer)]
    assert_reported(whole(ask(subject, history)), subject)


@subjects(streams_calls_by_index)
def test_streamed_parallel_calls_and_their_results(subject):
    answer = streamed(ask(subject, stream=True))
    assert_both_cities(answer)
    history = [*WEATHER, assistant(answer), *results(answer)]
    assert_reported(streamed(ask(subject, history, stream=True)), subject)


@subjects(among=NATIVE)
def test_one_call_when_parallel_ones_are_forbidden(subject):
    assert whole(ask(subject, parallel_tool_calls=False)).cities == ["Paris"]


# Ollama does not know `tool_choice`.
@pytest.mark.parametrize("subject", [s for s in SUBJECTS if s.provider.name != "ollama"], ids=str)
def test_no_call_when_tools_are_forbidden(subject):
    assert not whole(ask(subject, tool_choice="none")).calls


@subjects(among=NATIVE)
def test_calls_are_valid_under_the_providers_own_types(subject):
    for answer in [ask(subject), *ask(subject, stream=True)]:
        type(answer).model_validate(answer.to_dict())


@subjects(streams_calls_by_index, among=OPENAI)
def test_the_streaming_helper_puts_calls_together(subject):
    chat = subject.client().chat.completions
    with chat.stream(model=subject.provider.model, messages=WEATHER, tools=[TOOL]) as stream:
        answer = whole(stream.get_final_completion())
    assert_both_cities(answer)
