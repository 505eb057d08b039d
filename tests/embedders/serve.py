"""Serves embedders on loopback in OpenAI's format, good ones and bad ones, for measuring what a search is worth.

    python serve.py --models DIR --cache FILE [--port N]

DIR holds what the models consist of: `minilm/model.onnx` with
`minilm/tokenizer.json`, and `static/model.safetensors` with `static/tokenizer.json`. The others need no files. The
model's name in the request chooses: `minilm`, `static`, `hashing`, `shuffled`, `noise`, `constant`. Vectors of
`minilm` are kept in FILE, since making them takes long.
"""

import argparse
import hashlib
import json
import sqlite3
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

LONGEST = 256  # tokens that are read of a text


def unit(vector):
    length = np.linalg.norm(vector)
    return vector / length if length > 0 else vector


def seed(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


class MiniLM:
    """all-MiniLM-L6-v2, one text at a time, so that a text's vector does not depend on its neighbours."""

    def __init__(self, folder):
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(LONGEST)
        self.inputs = {given.name for given in self.session.get_inputs()}

    def __call__(self, text):
        encoded = self.tokenizer.encode(text)
        given = {
            "input_ids": np.array([encoded.ids], dtype=np.int64),
            "attention_mask": np.array([encoded.attention_mask], dtype=np.int64),
            "token_type_ids": np.array([encoded.type_ids], dtype=np.int64),
        }
        tokens = self.session.run(None, {name: value for name, value in given.items() if name in self.inputs})[0]
        return unit(tokens[0].mean(axis=0) if tokens.ndim == 3 else tokens[0])


class Static:
    """The mean of a table's rows: cheap, and a poor judge of meaning."""

    def __init__(self, folder):
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tensors = tensors(folder / "model.safetensors")

    def __call__(self, text):
        ids = np.array(self.tokenizer.encode(text, add_special_tokens=False).ids[:512])
        table = self.tensors["embeddings"].astype(np.float32)
        rows = self.tensors["mapping"][ids] if "mapping" in self.tensors else ids
        weights = self.tensors["weights"][ids] if "weights" in self.tensors else np.ones(len(ids))
        return unit((table[rows] * weights[:, None]).mean(axis=0)) if len(ids) else np.zeros(table.shape[1])


def tensors(path):
    types = {"F16": np.float16, "F32": np.float32, "F64": np.float64, "I8": np.int8, "I32": np.int32, "I64": np.int64}
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    found = {}
    for name, entry in json.loads(content[8:start]).items():
        if name != "__metadata__":
            first, end = (start + offset for offset in entry["data_offsets"])
            found[name] = np.frombuffer(content[first:end], dtype=types[entry["dtype"]]).reshape(entry["shape"])
    return found


def noise(text):
    return unit(np.random.default_rng(seed(text)).standard_normal(384))


def hashing(text):
    """A random projection of the words: knows which words are there and nothing else."""
    total = np.zeros(64)
    for word in text.lower().split():
        total += np.random.default_rng(seed(word)).standard_normal(64)
    return unit(total)


class Kept:
    """An embedder whose vectors are kept in a file."""

    def __init__(self, make, path):
        self.make = make
        self.kept = sqlite3.connect(path, timeout=60, check_same_thread=False)
        self.kept.execute("PRAGMA journal_mode = WAL")
        self.kept.execute("CREATE TABLE IF NOT EXISTS vectors (text BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        self.loaded = None

    def __call__(self, text):
        key = hashlib.sha256(text.encode()).digest()
        row = self.kept.execute("SELECT vector FROM vectors WHERE text = ?", (key,)).fetchone()
        if row:
            return np.frombuffer(row[0], dtype=np.float32)
        self.loaded = self.loaded or self.make()
        vector = self.loaded(text).astype(np.float32)
        with self.kept:
            self.kept.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", (key, vector.tobytes()))
        return vector


def embedders(models, cache):
    minilm = Kept(lambda: MiniLM(models / "minilm"), cache)

    def shuffled(text):
        """Good vectors, each with its numbers in an order of its own."""
        return np.random.default_rng(seed(text)).permutation(minilm(text))

    found = {
        "minilm": minilm,
        "shuffled": shuffled,
        "noise": noise,
        "hashing": hashing,
        "constant": lambda _text: unit(np.ones(384)),
    }
    if (models / "static").is_dir():
        found["static"] = Static(models / "static")
    return found


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        embed = self.server.embedders.get(asked.get("model"))
        if embed is None:
            self.answer(404, {"error": {"message": "no such model", "code": "model_not_found"}})
            return
        texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
        # Connections that are kept open must not keep others out; the models are asked one after the other.
        with self.server.turn:
            vectors = [[float(number) for number in embed(text)] for text in texts]
        rows = [
            {"object": "embedding", "index": place, "embedding": vector} for place, vector in enumerate(vectors)
        ]
        tokens = sum(len(text) // 4 for text in texts)
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        self.answer(200, {"object": "list", "model": asked["model"], "data": rows, "usage": usage})

    def answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--models", type=Path, required=True)
    arguments.add_argument("--cache", type=Path, required=True)
    arguments.add_argument("--port", type=int, default=0)
    chosen = arguments.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", chosen.port), Handler)
    server.turn = threading.Lock()
    server.embedders = embedders(chosen.models, chosen.cache)
    print(f"listening on http://127.0.0.1:{server.server_port}/v1", file=sys.stderr, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
