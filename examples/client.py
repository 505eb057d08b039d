#!/usr/bin/env python3
"""Asks `aigw serve` and prints the answer as it comes: client.py why is the sky blue

Standard library only. With a vendor's SDK it is the base URL alone that changes: OPENAI_BASE_URL=http://127.0.0.1:8787/v1.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request

BASE = os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:8787/v1")


class Broken(Exception):
    """The answer ended before it was whole."""


def ask(messages, model="auto", tries=3):
    """Yields the pieces of an answer. What is worth asking again is asked again, after the time that the gateway names."""
    body = json.dumps({"model": model, "messages": messages, "stream": True}).encode()
    request = urllib.request.Request(
        f"{BASE}/chat/completions",
        body,
        {"content-type": "application/json", "authorization": f"Bearer {os.environ.get('OPENAI_API_KEY', 'any')}"},
    )
    for attempt in range(tries):
        try:
            with urllib.request.urlopen(request, timeout=300) as response:
                yield from pieces(response)
                return
        except urllib.error.HTTPError as error:
            after = error.headers.get("retry-after")
            if error.code not in (429, 503) or after is None or attempt + 1 == tries:
                reason = json.load(error)["error"]["message"]
                raise SystemExit(f"no answer ({error.code}): {reason}") from None
            time.sleep(min(float(after), 30))


def pieces(response):
    """The text in a stream of events. One without `[DONE]` was cut: the gateway could not complete it, and says so."""
    for line in response:
        if not line.startswith(b"data: "):
            continue
        data = line[6:].strip()
        if data == b"[DONE]":
            return
        event = json.loads(data)
        if "error" in event:
            raise Broken(event["error"]["message"])
        for choice in event["choices"]:
            if text := choice["delta"].get("content"):
                yield text
    raise Broken("the connection was lost")


def main():
    question = " ".join(sys.argv[1:]) or sys.stdin.read()
    try:
        for text in ask([{"role": "user", "content": question}]):
            print(text, end="", flush=True)
        print()
    except Broken as error:
        sys.exit(f"\nthe answer was cut: {error}")
    except urllib.error.URLError as error:
        sys.exit(f"{BASE} cannot be reached ({error.reason}); is `aigw serve` running?")


if __name__ == "__main__":
    main()
