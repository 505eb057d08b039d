"""The vendors' own SDKs. Each is used as its guide says; nothing is set but the base URL and a key."""

import json

import anthropic
import groq
import httpx2
import openai
from google import genai
from google.genai import errors, types

from words import ABOUT_TOOL, PARAMETERS, REPORTS, WEATHER, Forecast

FUNCTION = {"name": "get_weather", "description": ABOUT_TOOL, "parameters": PARAMETERS}
ROOM = 2048


def said_by_user(words):
    return [{"role": "user", "content": words}]


def class_of(sdk, status):
    """The exception of an SDK by Stainless for a status."""
    names = {
        400: "BadRequestError",
        401: "AuthenticationError",
        404: "NotFoundError",
        429: "RateLimitError",
    }
    return getattr(sdk, names.get(status, "InternalServerError"))


class Chat:
    """Chat completions."""

    name, package = "openai (Python)", "openai"
    sdk = openai

    def __init__(self, url, key="any"):
        self.client = openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)

    broken = openai.APIError

    def error(self, status):
        return class_of(self.sdk, status)

    def ask(self, model, messages, **options):
        return self.client.chat.completions.create(model=model, messages=messages, **options)

    def say(self, model, words):
        return self.ask(model, said_by_user(words)).choices[0].message.content

    def pieces(self, model, words):
        ended = None
        for chunk in self.ask(model, said_by_user(words), stream=True):
            for choice in chunk.choices:
                ended = choice.finish_reason or ended
                if choice.delta.content:
                    yield choice.delta.content
        assert ended == "stop"

    def message(self, model, messages, stream):
        """What is said next, put together if it comes in pieces."""
        options = {"tools": [{"type": "function", "function": FUNCTION}]}
        if not stream:
            return self.ask(model, messages, **options).choices[0].message.to_dict()
        text, calls = "", []
        for chunk in self.ask(model, messages, stream=True, **options):
            for delta in (choice.delta for choice in chunk.choices):
                text += delta.content or ""
                for piece in delta.tool_calls or []:
                    if piece.index == len(calls):
                        call = piece.to_dict()
                        del call["index"]
                        calls.append(call)
                    else:
                        calls[piece.index]["function"]["arguments"] += piece.function.arguments or ""
        return {"role": "assistant", "content": text, "tool_calls": calls}

    def weather(self, model, stream):
        messages = said_by_user(WEATHER)
        asked = self.message(model, messages, stream)
        messages.append(asked)
        for call in asked["tool_calls"]:
            city = json.loads(call["function"]["arguments"])["city"]
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": REPORTS[city]})
        return self.message(model, messages, stream)["content"]

    def forecast(self, model, words):
        answer = self.client.chat.completions.parse(
            model=model, messages=said_by_user(words), response_format=Forecast
        )
        return answer.choices[0].message.parsed

    def vectors(self, model, texts):
        return [one.embedding for one in self.client.embeddings.create(model=model, input=texts).data]

    def models(self):
        return [model.id for model in self.client.models.list().data]


class Groq(Chat):
    name, package = "groq (Python)", "groq"
    sdk = groq
    broken = groq.APIError

    def __init__(self, url, key="any"):
        # Groq's SDK asks for `/openai/v1/chat/completions`.
        self.client = groq.Groq(base_url=url, api_key=key, max_retries=0)

    def forecast(self, model, words):
        schema = {"name": "forecast", "schema": Forecast.model_json_schema()}
        answer = self.ask(
            model, said_by_user(words), response_format={"type": "json_schema", "json_schema": schema}
        )
        return Forecast.model_validate_json(answer.choices[0].message.content)


class Responses:
    """OpenAI's newer format: what was said before is sent again, or named by `previous_response_id`."""

    name, package = "openai, Responses (Python)", "openai"
    broken = openai.APIError

    def __init__(self, url, key="any"):
        self.client = openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)

    def error(self, status):
        return class_of(openai, status)

    def say(self, model, words):
        response = self.client.responses.create(model=model, input=words)
        assert self.client.responses.retrieve(response.id).output_text == response.output_text
        return response.output_text

    def pieces(self, model, words):
        ended = None
        for event in self.client.responses.create(model=model, input=words, stream=True):
            ended = event.type
            if event.type == "response.output_text.delta":
                yield event.delta
        assert ended == "response.completed"

    def respond(self, stream, **options):
        options["tools"] = [{"type": "function", "strict": True, **FUNCTION}]
        if not stream:
            return self.client.responses.create(**options)
        with self.client.responses.stream(**options) as events:
            for _ in events:
                pass
            return events.get_final_response()

    def weather(self, model, stream):
        question = said_by_user(WEATHER)
        first = self.respond(stream, model=model, input=question, store=stream)
        results = [
            {
                "type": "function_call_output",
                "call_id": item.call_id,
                "output": REPORTS[json.loads(item.arguments)["city"]],
            }
            for item in first.output
            if item.type == "function_call"
        ]
        if stream:
            more = {"input": results, "previous_response_id": first.id}
        else:
            more = {"input": [*question, *first.output, *results], "store": False}
        return self.respond(stream, model=model, **more).output_text

    def forecast(self, model, words):
        return self.client.responses.parse(model=model, input=words, text_format=Forecast).output_parsed


class Anthropic:
    name, package = "anthropic (Python)", "anthropic"
    # Its reader of streams does not wrap what the transport says.
    broken = (anthropic.APIError, httpx2.TransportError)

    def __init__(self, url, key="any"):
        self.client = anthropic.Anthropic(base_url=url, api_key=key, max_retries=0)

    def error(self, status):
        return class_of(anthropic, status)

    def say(self, model, words):
        return text(self.message(model, said_by_user(words), False))

    def pieces(self, model, words):
        ask = self.client.messages.stream(model=model, max_tokens=ROOM, messages=said_by_user(words))
        with ask as stream:
            yield from stream.text_stream
            assert stream.get_final_message().stop_reason == "end_turn"

    def message(self, model, messages, stream, **options):
        options = {"model": model, "max_tokens": ROOM, "messages": messages} | options
        if not stream:
            return self.client.messages.create(**options)
        with self.client.messages.stream(**options) as events:
            return events.get_final_message()

    def weather(self, model, stream):
        tool = {"name": "get_weather", "description": ABOUT_TOOL, "input_schema": PARAMETERS}
        messages = said_by_user(WEATHER)
        asked = self.message(model, messages, stream, tools=[tool])
        assert asked.stop_reason == "tool_use"
        results = [
            {"type": "tool_result", "tool_use_id": block.id, "content": REPORTS[block.input["city"]]}
            for block in asked.content
            if block.type == "tool_use"
        ]
        messages += [{"role": "assistant", "content": asked.content}, {"role": "user", "content": results}]
        return text(self.message(model, messages, stream, tools=[tool]))

    def forecast(self, model, words):
        parsed = self.client.messages.parse(
            model=model, max_tokens=ROOM, messages=said_by_user(words), output_format=Forecast
        )
        return parsed.parsed_output

    def count(self, model, words):
        counted = self.client.messages.count_tokens(model=model, messages=said_by_user(words))
        return counted.input_tokens

    def models(self):
        return [model.id for model in self.client.models.list().data]


def text(message):
    return "".join(block.text for block in message.content if block.type == "text")


class Gemini:
    name, package = "google-genai (Python)", "google-genai"
    broken = (errors.APIError, httpx2.TransportError)

    def __init__(self, url, key="any"):
        once = types.HttpRetryOptions(attempts=1)
        options = types.HttpOptions(base_url=url, retry_options=once)
        self.client = genai.Client(api_key=key, http_options=options)

    def error(self, status):
        return errors.ClientError if status < 500 else errors.ServerError

    def say(self, model, words):
        return self.client.models.generate_content(model=model, contents=words).text

    def pieces(self, model, words):
        ended = None
        for piece in self.client.models.generate_content_stream(model=model, contents=words):
            ended = piece.candidates[0].finish_reason or ended
            if piece.text:
                yield piece.text
        assert ended == types.FinishReason.STOP

    def parts(self, model, contents, stream):
        declared = {"name": "get_weather", "description": ABOUT_TOOL, "parameters_json_schema": PARAMETERS}
        config = {"tools": [types.Tool(function_declarations=[declared])]}
        options = {"model": model, "contents": contents, "config": config}
        models = self.client.models
        answers = models.generate_content_stream(**options) if stream else [models.generate_content(**options)]
        return [part for answer in answers for part in answer.candidates[0].content.parts or []]

    def weather(self, model, stream):
        contents = [types.UserContent(WEATHER)]
        asked = self.parts(model, contents, stream)
        results = [
            types.Part.from_function_response(name=call.name, response={"result": REPORTS[call.args["city"]]})
            for call in (part.function_call for part in asked)
            if call
        ]
        contents += [types.ModelContent(asked), types.UserContent(results)]
        return "".join(part.text or "" for part in self.parts(model, contents, stream))

    def forecast(self, model, words):
        config = {"response_mime_type": "application/json", "response_schema": Forecast}
        return self.client.models.generate_content(model=model, contents=words, config=config).parsed

    def vectors(self, model, texts):
        return [one.values for one in self.client.models.embed_content(model=model, contents=texts).embeddings]

    def count(self, model, words):
        return self.client.models.count_tokens(model=model, contents=words).total_tokens

    def models(self):
        return [model.name for model in self.client.models.list()]


DRIVERS = [Chat, Responses, Anthropic, Gemini, Groq]
