"""The running stand-ins: where they listen, and how they are told to fail."""

import json
import os
import tomllib
import urllib.request
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

FAULT = "x-simulate-fault"


@dataclass(frozen=True)
class StandIn:
    provider: str
    base_url: str
    api_key: str

    @property
    def origin(self):
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.base_url))

    def inject(self, fault):
        self._call("POST", "faults", fault)

    def clear_faults(self):
        self._call("DELETE", "faults")

    def requests(self):
        return self._call("GET", "requests")

    def _call(self, method, name, body=None):
        data = body.encode() if body else None
        request = urllib.request.Request(f"{self.origin}/_simulate/{name}", data, method=method)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)


@cache
def stand_in(provider):
    """The stand-in that the configuration printed by `aigw simulate` leads to."""
    with open(os.environ["INTEROP_CONFIG"], "rb") as file:
        table = tomllib.load(file)["providers"][provider]
    return StandIn(provider, table["base_url"], table["api_keys"][0])
