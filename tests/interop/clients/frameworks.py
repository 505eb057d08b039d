"""Frameworks that put a layer over the vendors' SDKs, or speak the formats by themselves."""

import json

import anthropic
import httpx
import httpx2
import litellm
import openai
from google.genai import errors
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_google_genai import ChatGoogleGenerativeAI, GoogleGenerativeAIEmbeddings
from langchain_google_genai.chat_models import ChatGoogleGenerativeAIError
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

from launch import ALIASES
from words import ABOUT_TOOL, PARAMETERS, REPORTS, WEATHER, Forecast

TRANSPORT = (httpx.TransportError, httpx2.TransportError)


@tool
def get_weather(city: str) -> str:
    """The current weather in a city."""
    return REPORTS[city]


def class_of(sdk, status):
    names = {
        400: "BadRequestError",
        401: "AuthenticationError",
        404: "NotFoundError",
        429: "RateLimitError",
    }
    return getattr(sdk, names.get(status, "InternalServerError"))


class LangChain:
    """What is the same for every chat model of LangChain."""

    def __init__(self, url, key="any"):
        self.url, self.key = url, key

    def say(self, model, words):
        return self.chat(model).invoke(words).text

    def pieces(self, model, words):
        for chunk in self.chat(model).stream(words):
            if chunk.text:
                yield chunk.text

    def next(self, model, messages, stream):
        chat = self.chat(model).bind_tools([get_weather])
        if not stream:
            return chat.invoke(messages)
        whole = None
        for chunk in chat.stream(messages):
            whole = chunk if whole is None else whole + chunk
        return whole

    def weather(self, model, stream):
        messages = [HumanMessage(WEATHER)]
        messages.append(self.next(model, messages, stream))
        for call in messages[-1].tool_calls:
            messages.append(ToolMessage(get_weather.invoke(call["args"]), tool_call_id=call["id"]))
        return self.next(model, messages, stream).text

    def forecast(self, model, words):
        return self.chat(model).with_structured_output(Forecast).invoke(words)


class ThroughOpenAi(LangChain):
    name, package = "langchain-openai", "langchain-openai"
    broken = openai.APIError
    responses = False

    def chat(self, model):
        return ChatOpenAI(
            model=model,
            base_url=f"{self.url}/v1",
            api_key=self.key,
            max_retries=0,
            use_responses_api=self.responses,
        )

    def error(self, status):
        return class_of(openai, status)

    def vectors(self, model, texts):
        # Texts, not the tokens of OpenAI's vocabulary.
        embedder = OpenAIEmbeddings(
            model=model, base_url=f"{self.url}/v1", api_key=self.key, check_embedding_ctx_length=False
        )
        return embedder.embed_documents(texts)


class ThroughResponses(ThroughOpenAi):
    name, package = "langchain-openai, Responses", "langchain-openai"
    responses = True
    vectors = None


class ThroughAnthropic(LangChain):
    name, package = "langchain-anthropic", "langchain-anthropic"
    broken = (anthropic.APIError, *TRANSPORT)

    def chat(self, model):
        return ChatAnthropic(model=model, base_url=self.url, api_key=self.key, max_retries=0)

    def error(self, status):
        return class_of(anthropic, status)

    def count(self, model, words):
        return self.chat(model).get_num_tokens_from_messages([HumanMessage(words)])


class ThroughGemini(LangChain):
    name, package = "langchain-google-genai", "langchain-google-genai"
    broken = (ChatGoogleGenerativeAIError, errors.APIError, *TRANSPORT)

    def chat(self, model):
        return ChatGoogleGenerativeAI(
            model=model, base_url=self.url, google_api_key=self.key, max_retries=0
        )

    def error(self, status):
        return (ChatGoogleGenerativeAIError, errors.ClientError if status < 500 else errors.ServerError)

    def vectors(self, model, texts):
        embedder = GoogleGenerativeAIEmbeddings(
            model=model, base_url=self.url, google_api_key=self.key
        )
        return embedder.embed_documents(texts)


class LiteLlm:
    """LiteLLM as a library, with the gateway as OpenAI's address."""

    name, package = "litellm, openai/", "litellm"
    wire, path = "openai", "/v1"
    broken = (openai.APIError, *TRANSPORT)

    def __init__(self, url, key="any"):
        self.options = {"api_base": url + self.path, "api_key": key, "num_retries": 0, "max_retries": 0}

    def error(self, status):
        # Its exceptions are those of OpenAI's SDK, with more names for the statuses above 500.
        return openai.APIStatusError if status >= 500 else class_of(litellm, status)

    def ask(self, model, messages, **more):
        # It reads meaning into names of models that it thinks it knows, and Replicate's is one.
        name = f"{self.wire}/{ALIASES.get(model, model)}"
        return litellm.completion(model=name, messages=messages, **self.options, **more)

    def say(self, model, words):
        return self.ask(model, [{"role": "user", "content": words}]).choices[0].message.content

    def pieces(self, model, words):
        ended = None
        for chunk in self.ask(model, [{"role": "user", "content": words}], stream=True):
            for choice in chunk.choices:
                ended = choice.finish_reason or ended
                if choice.delta.content:
                    yield choice.delta.content
        assert ended == "stop"

    def message(self, model, messages, stream):
        function = {"name": "get_weather", "description": ABOUT_TOOL, "parameters": PARAMETERS}
        answer = self.ask(model, messages, stream=stream, tools=[{"type": "function", "function": function}])
        if stream:
            answer = litellm.stream_chunk_builder(list(answer), messages=messages)
        return answer.choices[0].message

    def weather(self, model, stream):
        messages = [{"role": "user", "content": WEATHER}]
        asked = self.message(model, messages, stream)
        messages.append(asked.model_dump(exclude_none=True))
        for call in asked.tool_calls:
            report = REPORTS[json.loads(call.function.arguments)["city"]]
            messages.append({"role": "tool", "tool_call_id": call.id, "content": report})
        return self.message(model, messages, stream).content

    def forecast(self, model, words):
        answer = self.ask(model, [{"role": "user", "content": words}], response_format=Forecast)
        return Forecast.model_validate_json(answer.choices[0].message.content)

    def vectors(self, model, texts):
        answer = litellm.embedding(model=f"{self.wire}/{model}", input=texts, **self.options)
        return [one["embedding"] for one in answer.data]


class LiteLlmAnthropic(LiteLlm):
    name, package = "litellm, anthropic/", "litellm"
    wire, path = "anthropic", ""
    vectors = None


DRIVERS = [ThroughOpenAi, ThroughResponses, ThroughAnthropic, ThroughGemini, LiteLlm, LiteLlmAnthropic]
