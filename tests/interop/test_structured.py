"""Answers under a schema."""

import json
from typing import Literal

import jsonschema
import pytest
from pydantic import BaseModel

from conversation import JSON_SCHEMA, SCHEMA, streamed, whole
from subjects import OPENAI, subjects

# Some refuse to answer in JSON unless the word is said.
FORECAST = [{"role": "user", "content": "A forecast for Lima over 3 days in celsius, as JSON"}]


class Forecast(BaseModel):
    city: str
    unit: Literal["celsius", "fahrenheit"]
    days: int


def ask(subject, response_format, **options):
    create = subject.client().chat.completions.create
    options |= {"model": subject.provider.model, "messages": FORECAST}
    return create(response_format=response_format, **options)


@subjects(lambda subject: not subject.provider.json_schema_refused)
def test_an_answer_is_valid_under_its_schema(subject):
    plain, pieces = whole(ask(subject, JSON_SCHEMA)), streamed(ask(subject, JSON_SCHEMA, stream=True))
    assert pieces.text == plain.text
    jsonschema.validate(json.loads(plain.text), SCHEMA)


@subjects(lambda subject: subject.provider.json_schema_refused)
def test_a_schema_is_refused_where_it_is_unknown(subject):
    with pytest.raises(subject.error_class(subject.provider.json_schema_refused)):
        ask(subject, JSON_SCHEMA)


@subjects(lambda subject: subject.provider.name not in ("lmstudio", "hf-inference"))
def test_a_json_object_is_one(subject):
    assert isinstance(json.loads(whole(ask(subject, {"type": "json_object"})).text), dict)


openai_itself = subjects(lambda subject: subject.native, among=OPENAI)


@openai_itself
def test_parse_gives_a_model_of_pydantic(subject):
    options = {"model": subject.provider.model, "messages": FORECAST, "response_format": Forecast}
    parsed = subject.client().chat.completions.parse(**options).choices[0].message.parsed
    assert parsed == Forecast(city="Lima", unit="celsius", days=3)
    with subject.client().chat.completions.stream(**options) as stream:
        assert stream.get_final_completion().choices[0].message.parsed == parsed
