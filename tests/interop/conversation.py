"""What is said to the stand-ins, and how an answer is put together from a stream."""

import json
from dataclasses import dataclass, field

STORY = [{"role": "user", "content": "Tell me about the lighthouse at Cape Horn."}]
WEATHER = [{"role": "user", "content": "What is the weather in Paris and Rome?"}]
REPORTS = {"Paris": "18 degrees and sunny", "Rome": "24 degrees and rain"}

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The current weather in a city",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}

SCHEMA = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
        "days": {"type": "integer"},
        "hours": {"type": "array", "items": {"type": "number"}},
    },
    "required": ["city", "unit", "days", "hours"],
    "additionalProperties": False,
}
JSON_SCHEMA = {
    "type": "json_schema",
    "json_schema": {"name": "forecast", "strict": True, "schema": SCHEMA},
}


@dataclass
class Call:
    id: str
    name: str
    arguments: str

    @property
    def city(self):
        return json.loads(self.arguments)["city"]


@dataclass
class Answer:
    role: str | None = None
    text: str = ""
    reasoning: str = ""
    calls: list[Call] = field(default_factory=list)
    finish: str | None = None
    usage: object = None
    error: Exception | None = None

    @property
    def cities(self):
        return [call.city for call in self.calls]


def whole(completion, reasoning=""):
    choice = completion.choices[0]
    message = choice.message
    calls = [Call(c.id, c.function.name, c.function.arguments) for c in message.tool_calls or []]
    thoughts = (reasoning and getattr(message, reasoning, None)) or ""
    usage = completion.usage
    return Answer(message.role, message.content or "", thoughts, calls, choice.finish_reason, usage)


def streamed(stream, reasoning="", failures=()):
    """Reads a stream as the SDKs' guides do; what it fails with is part of the answer."""
    answer = Answer()
    try:
        for chunk in stream:
            answer.usage = getattr(chunk, "usage", None) or answer.usage
            for choice in chunk.choices or []:
                take(answer, choice, reasoning)
    except failures as error:
        answer.error = error
    return answer


def take(answer, choice, reasoning):
    delta = choice.delta
    answer.role = answer.role or delta.role
    answer.text += delta.content or ""
    answer.reasoning += (reasoning and getattr(delta, reasoning, None)) or ""
    answer.finish = choice.finish_reason or answer.finish
    for piece in delta.tool_calls or []:
        # The index alone says which call a piece belongs to.
        if piece.index == len(answer.calls):
            answer.calls.append(Call(piece.id, piece.function.name, ""))
        answer.calls[piece.index].arguments += piece.function.arguments or ""


def assistant(answer):
    """The message with which the calls of a streamed answer are sent back."""
    calls = [
        {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments}}
        for c in answer.calls
    ]
    return {"role": "assistant", "content": answer.text, "tool_calls": calls}


def results(answer):
    return [
        {"role": "tool", "tool_call_id": call.id, "content": REPORTS[call.city]}
        for call in answer.calls
    ]


def same_tokens(one, other):
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    return all(getattr(one, name) == getattr(other, name) > 0 for name in names)
