"""What the real providers do where they differ, as far as an SDK's user can see it.

This table describes the providers and not the stand-ins: a stand-in that disagrees with it is wrong.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Provider:
    name: str
    model: str
    # A model that thinks, the field its thoughts come in, and what has to be asked for them.
    reasoner: str = ""
    reasoning: str = ""
    reasoning_request: tuple = ()
    embedder: str = ""
    # The words for a natural end.
    stop: str = "stop"
    # Usage comes in streams without being asked for.
    usage_unasked: bool = True
    # Statuses of refusals; `None` where no key is looked at.
    bad_key: int | None = 401
    unknown_model: int = 404
    context: int = 400
    # The status that refuses `json_schema`, where it is not known.
    json_schema_refused: int | None = None
    # `GET /models` answers with the list that the SDKs read.
    models_listed: bool = True
    # The model's name is part of the path, before `/v1`.
    model_in_path: bool = False

    def __str__(self):
        return self.name


def local(name, model, reasoner, reasoning):
    return Provider(
        name, model, reasoner, reasoning, embedder="embed-small", usage_unasked=False, bad_key=None
    )


THINK = (("extra_body", {"thinking": {"type": "enabled"}}),)
EFFORT = (("reasoning_effort", "low"),)

PROVIDERS = [
    Provider("groq", "qwen/qwen3.8-27b", "openai/gpt-oss-20b", "reasoning"),
    Provider(
        "openrouter",
        "google/gemma-4-31b-it:free",
        "openai/gpt-oss-20b:free",
        "reasoning",
        embedder="qwen/qwen3-embedding-8b",
    ),
    Provider(
        "huggingface",
        "meta-llama/Llama-3.1-8B-Instruct",
        "openai/gpt-oss-20b",
        "reasoning_content",
        unknown_model=400,
    ),
    # Text Generation Inference: validation is 422, and a schema is the `value` of a `json_object`.
    Provider(
        "hf-inference",
        "HuggingFaceTB/SmolLM3-3B",
        usage_unasked=False,
        unknown_model=400,
        context=422,
        json_schema_refused=422,
        models_listed=False,
        model_in_path=True,
    ),
    Provider("inference", "google/gemma-3-27b-instruct/bf-16", usage_unasked=False),
    Provider(
        "novita",
        "meta-llama/llama-3.1-8b-instruct",
        "openai/gpt-oss-20b",
        "reasoning_content",
        embedder="baai/bge-m3",
    ),
    Provider("cerebras", "gemma-4-31b", "gpt-oss-120b", "reasoning"),
    Provider("openai", "gpt-4o-mini", embedder="text-embedding-3-small", usage_unasked=False),
    Provider("mistral", "mistral-small-latest", embedder="mistral-embed", unknown_model=400),
    Provider(
        "deepseek",
        "deepseek-v4-flash",
        "deepseek-v4-pro",
        "reasoning_content",
        THINK,
        unknown_model=400,
        json_schema_refused=400,
    ),
    Provider(
        "together",
        "meta-llama/Llama-3.2-3B-Instruct",
        "openai/gpt-oss-20b",
        "reasoning",
        embedder="intfloat/multilingual-e5-large-instruct",
        stop="eos",
        models_listed=False,
    ),
    Provider(
        "fireworks",
        "accounts/fireworks/models/llama-v3p1-8b-instruct",
        "accounts/fireworks/models/gpt-oss-20b",
        "reasoning_content",
        embedder="nomic-ai/nomic-embed-text-v1.5",
    ),
    Provider("xai", "grok-4.3", "grok-4.3", "reasoning_content", EFFORT, bad_key=400),
    local("ollama", "gemma4:latest", "gpt-oss:20b", "reasoning"),
    local("lmstudio", "google/gemma-4-12b", "openai/gpt-oss-20b", "reasoning"),
    local("llamacpp", "gemma-4-12b", "gpt-oss-20b", "reasoning_content"),
    local("vllm", "google/gemma-4-12b", "openai/gpt-oss-20b", "reasoning"),
]

BY_NAME = {provider.name: provider for provider in PROVIDERS}
