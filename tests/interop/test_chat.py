"""Plain answers, usage, reasoning, models and embeddings."""

import math

from conversation import STORY, same_tokens, streamed, whole
from subjects import NATIVE, subjects


def ask(subject, **options):
    options = {"model": subject.provider.model, "messages": STORY} | options
    return subject.client(options["model"]).chat.completions.create(**options)


@subjects()
def test_a_streamed_answer_is_the_whole_one(subject):
    plain, pieces = whole(ask(subject)), streamed(ask(subject, stream=True))
    assert "lighthouse" in plain.text
    assert pieces.text == plain.text
    assert pieces.role == plain.role == "assistant"
    assert pieces.finish == plain.finish == subject.provider.stop


@subjects()
def test_an_answer_cut_short_says_so(subject):
    plain, pieces = whole(ask(subject, max_tokens=5)), streamed(ask(subject, max_tokens=5, stream=True))
    assert pieces.text == plain.text
    assert pieces.finish == plain.finish == "length"


@subjects()
def test_usage_is_the_same_both_ways(subject):
    plain = ask(subject).usage
    pieces = streamed(ask(subject, stream=True, **subject.usage_request)).usage
    assert same_tokens(pieces, plain)
    assert plain.total_tokens == plain.prompt_tokens + plain.completion_tokens


@subjects()
def test_usage_comes_unasked_only_from_those_who_give_it(subject):
    usage = streamed(ask(subject, stream=True)).usage
    assert (usage is not None) == subject.provider.usage_unasked


@subjects(lambda subject: subject.provider.reasoner)
def test_reasoning_comes_in_the_providers_field(subject):
    provider = subject.provider
    options = {"model": provider.reasoner} | dict(provider.reasoning_request)
    plain = whole(ask(subject, **options), provider.reasoning)
    pieces = streamed(ask(subject, stream=True, **options), provider.reasoning)
    assert plain.reasoning and plain.text
    assert (pieces.reasoning, pieces.text) == (plain.reasoning, plain.text)


@subjects(lambda subject: subject.provider.name == "mistral")
def test_mistral_thinks_in_blocks(subject):
    model = "magistral-small-latest"
    plain = ask(subject, model=model).choices[0].message.content
    assert [block["type"] for block in plain] == ["thinking", "text"]
    pieces = [chunk.choices[0].delta.content for chunk in ask(subject, model=model, stream=True)]
    blocks = [block for piece in pieces if isinstance(piece, list) for block in piece]
    text = "".join(block["text"] for block in blocks if block["type"] == "text")
    assert text == plain[1]["text"]


@subjects(among=NATIVE)
def test_answers_are_valid_under_the_providers_own_types(subject):
    model = subject.provider.reasoner or subject.provider.model
    answers = [ask(subject, model=model), *ask(subject, model=model, stream=True)]
    for answer in [*answers, *subject.client().models.list().data]:
        type(answer).model_validate(answer.to_dict())


@subjects(lambda subject: subject.provider.models_listed)
def test_models_are_listed(subject):
    names = [model.id for model in subject.client().models.list().data]
    assert all(names) and len(set(names)) == len(names) > 0


@subjects(lambda subject: subject.provider.name == "together")
def test_together_lists_models_without_an_envelope(subject):
    # The SDK's `models.list()` fails on the real one too.
    listed = subject.client().get("/models", cast_to=object)
    assert subject.provider.model in [model["id"] for model in listed]


@subjects(lambda subject: subject.provider.name in "openai groq cerebras mistral xai ollama".split())
def test_one_model_is_described(subject):
    model = subject.provider.model
    assert subject.client().models.retrieve(model).id == model


@subjects(lambda subject: subject.provider.embedder)
def test_embeddings_are_vectors_in_order(subject):
    texts = ["a lighthouse", "a harbour", "a lighthouse"]
    answer = subject.client().embeddings.create(model=subject.provider.embedder, input=texts)
    first, second, third = [entry.embedding for entry in answer.data]
    assert [entry.index for entry in answer.data] == [0, 1, 2]
    assert first == third != second
    assert math.isclose(math.hypot(*first), 1, rel_tol=1e-3)
    assert answer.usage.prompt_tokens > 0
