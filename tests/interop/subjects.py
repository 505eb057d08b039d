"""Which SDK is put to which stand-in.

The three SDKs share a generator and so a surface: the same tests serve them all.
"""

from dataclasses import dataclass
from types import ModuleType

import cerebras.cloud.sdk
import groq
import openai
import pytest

from providers import BY_NAME, PROVIDERS, Provider
from standins import stand_in


@dataclass(frozen=True)
class Subject:
    sdk: ModuleType
    client_class: type
    provider: Provider
    # The provider's own SDK: its base URL is the origin, and its types describe the wire.
    native: bool

    def __str__(self):
        return f"{self.sdk.__name__.split('.')[0]}:{self.provider}"

    @property
    def stand_in(self):
        return stand_in(self.provider.name)

    def client(self, model=None, **options):
        options.setdefault("api_key", self.stand_in.api_key)
        return self.client_class(base_url=self._base_url(model or self.provider.model), **options)

    def _base_url(self, model):
        if self.native and self.sdk is not openai:
            return self.stand_in.origin
        base_url = self.stand_in.base_url
        return f"{base_url}/{model}/v1" if self.provider.model_in_path else base_url

    @property
    def usage_request(self):
        # Groq's SDK has no such argument: its streams always end with usage.
        return {} if self.sdk is groq else {"stream_options": {"include_usage": True}}

    def error_class(self, status):
        names = {
            400: "BadRequestError",
            401: "AuthenticationError",
            404: "NotFoundError",
            422: "UnprocessableEntityError",
            429: "RateLimitError",
        }
        return getattr(self.sdk, names.get(status, "InternalServerError"))


OPENAI = [Subject(openai, openai.OpenAI, p, native=p.name == "openai") for p in PROVIDERS]
OWN = [
    Subject(groq, groq.Groq, BY_NAME["groq"], native=True),
    Subject(cerebras.cloud.sdk, cerebras.cloud.sdk.Cerebras, BY_NAME["cerebras"], native=True),
]
SUBJECTS = OPENAI + OWN
NATIVE = [subject for subject in SUBJECTS if subject.native]


def subjects(wanted=lambda subject: True, among=SUBJECTS):
    """Runs a test with every subject that is wanted."""
    return pytest.mark.parametrize("subject", [s for s in among if wanted(s)], ids=str)
