"""Unchanged clients before the gateway, over a provider of every wire: nobody notices who is behind it."""

import importlib
import math
import os

import pytest

from launch import gateway
from words import FORECAST, Forecast, REPORTS

DRIVERS = importlib.import_module(os.environ["INTEROP_DRIVERS"]).DRIVERS
WIRES = ["groq", "anthropic", "gemini", "replicate"]
# A provider's failure, and the status that the gateway makes of it.
FAILURES = [(wire, "429:30", 429) for wire in WIRES] + [
    ("groq", "503", 503),
    ("groq", "context", 400),
    ("groq", "filter", 400),
    # Our key is refused, not the client's.
    ("groq", "401", 502),
]
STORY = "Tell me about the lighthouse at Cape Horn."
EMBEDDERS = {"openai": "openai/text-embedding-3-small", "gemini": "gemini/gemini-embedding-001"}


def drivers(*needs):
    able = [d for d in DRIVERS if all(getattr(d, need, None) for need in needs)]
    return pytest.mark.parametrize("driver", able, ids=lambda d: d.name)


def over(wires):
    return pytest.mark.parametrize("wire", wires)


both_ways = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@pytest.mark.check("answer")
@drivers()
@over(WIRES)
def test_an_answer(sound, driver, wire):
    assert driver(sound).say(wire, "say exactly: héllo, 世界 🦀").strip() == "héllo, 世界 🦀"
    assert "lighthouse" in driver(sound).say(wire, STORY)


@pytest.mark.check("stream")
@drivers()
@over(WIRES)
def test_a_stream(sound, driver, wire):
    pieces = list(driver(sound).pieces(wire, STORY))
    assert len(pieces) > 3
    assert "".join(pieces) == driver(sound).say(wire, STORY)


@pytest.mark.check("tools")
@drivers()
@over(WIRES)
@both_ways
def test_tools(sound, driver, wire, stream):
    told = driver(sound).weather(wire, stream)
    assert all(report in told for report in REPORTS.values()), told


@pytest.mark.check("schema")
@drivers("forecast")
@over(["groq", "anthropic", "gemini"])
def test_a_schema(sound, driver, wire):
    forecast = driver(sound).forecast(wire, FORECAST)
    assert forecast == Forecast(city="Lima", unit="celsius", days=3)


@pytest.mark.check("embeddings")
@drivers("vectors")
@over(list(EMBEDDERS))
def test_embeddings(sound, driver, wire):
    tea, milk, again = driver(sound).vectors(EMBEDDERS[wire], ["tea", "milk", "tea"])
    assert tea == again != milk
    assert math.isclose(math.hypot(*tea), 1, rel_tol=1e-3)


@pytest.mark.check("token count")
@drivers("count")
@over(WIRES)
def test_tokens_are_counted(sound, driver, wire):
    few, many = (driver(sound).count(wire, "hello there " * times) for times in (1, 50))
    assert 0 < few < 20 < many < 500


@pytest.mark.check("models")
@drivers("models")
def test_models_are_listed(sound, driver):
    names = driver(sound).models()
    assert any(name.endswith("simulated") for name in names), names


@pytest.mark.check("errors")
@drivers()
@pytest.mark.parametrize("wire, fault, status", FAILURES)
@both_ways
def test_a_failure_is_the_clients_own_exception(driver, wire, fault, status, stream):
    with gateway(wire, fault=fault) as url:
        fails(driver(url), wire, status, stream)


@pytest.mark.check("errors")
@drivers()
@both_ways
def test_what_is_not_there_is_not_found(sound, driver, stream):
    fails(driver(sound), "grok-nothing", 404, stream)


@pytest.mark.check("errors")
@drivers()
@both_ways
def test_a_key_is_needed_where_there_are_keys(driver, stream):
    with gateway("groq", keys=["aigw-interop-0123456789abcdef0123456789"]) as url:
        fails(driver(url, "wrong"), "groq", 401, stream)
        known = driver(url, "aigw-interop-0123456789abcdef0123456789")
        assert known.say("groq", "say exactly: welcome").strip() == "welcome"


def fails(client, model, status, stream):
    with pytest.raises(client.error(status)):
        list(client.pieces(model, STORY)) if stream else client.say(model, STORY)


@pytest.mark.check("broken stream")
@drivers()
@pytest.mark.parametrize(
    "wire, fault", [("groq", "cut:9"), ("groq", "eof:9"), ("anthropic", "cut:9"), ("gemini", "cut:3")]
)
def test_a_broken_stream_raises(sound, driver, wire, fault):
    whole, pieces = driver(sound).say(wire, STORY), []
    with gateway(wire, fault=fault) as url:
        client = driver(url)
        with pytest.raises(client.broken):
            for piece in client.pieces(wire, STORY):
                pieces.append(piece)
    said = "".join(pieces)
    assert said and whole.startswith(said) and said != whole


@pytest.mark.check("broken stream")
@drivers()
@over(["replicate"])
def test_a_stream_that_is_mended_is_whole(sound, driver, wire):
    # Replicate keeps the prediction: the rest is read from there.
    with gateway(wire, fault="cut:9") as url:
        assert "".join(driver(url).pieces(wire, STORY)) == driver(sound).say(wire, STORY)
