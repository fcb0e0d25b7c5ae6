"""Tools/fetch-model against a hub of our own on this machine."""
import hashlib
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest

PROGRAM = os.path.join(os.path.dirname(__file__), "../../Tools/fetch-model")
FILES = {
    "config.json": b'{"model_type": "clip"}',
    "preprocessor_config.json": b"{}",
    "vocab.json": b"{}",
    "README.md": b"not wanted",
    "model.safetensors": bytes(range(256)) * 9000,
    "pytorch_model.bin": b"not wanted either",
}


class Hub(http.server.BaseHTTPRequestHandler):
    """The two addresses of the hub that the program uses; `server.faults` makes it misbehave."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/api/models/shop/clip/tree/main":
            return self.answer(200, json.dumps(self.server.entries).encode())
        name = self.path.removeprefix("/shop/clip/resolve/main/")
        if name not in self.server.files:
            return self.answer(404, b"")
        data = self.server.files[name]
        asked = self.headers.get("Range")
        self.server.ranges.append((name, asked))
        if asked and "ignores ranges" not in self.server.faults:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            return self.answer(206, data[start:])
        if name == "model.safetensors" and "stops halfway" in self.server.faults:
            return self.answer(200, data, cut=len(data) // 2)
        return self.answer(200, data)

    def answer(self, status, data, cut=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[:cut])


def entry(name, data):
    blob = hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()
    result = {"type": "file", "path": name, "size": len(data), "oid": blob}
    if name.endswith((".safetensors", ".bin")):
        result["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data)}
    return result


class FetchModelTests(unittest.TestCase):
    def setUp(self):
        self.hub = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
        self.hub.files = dict(FILES)
        self.hub.entries = [entry(*item) for item in FILES.items()]
        self.hub.faults, self.hub.ranges = set(), []
        threading.Thread(target=self.hub.serve_forever, daemon=True).start()
        self.temporary = tempfile.TemporaryDirectory()
        self.directory = os.path.join(self.temporary.name, "clip")

    def tearDown(self):
        self.hub.shutdown()
        self.hub.server_close()
        self.temporary.cleanup()

    def fetch(self, name="shop/clip"):
        endpoint = f"http://127.0.0.1:{self.hub.server_address[1]}"
        return subprocess.run(
            [sys.executable, PROGRAM, name, self.directory, "--endpoint", endpoint],
            capture_output=True, text=True, check=False, env={**os.environ, "no_proxy": "*"})

    def path(self, name):
        return os.path.join(self.directory, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def test_fetches_what_a_model_needs_and_nothing_else(self):
        result = self.fetch()
        self.assertEqual((result.returncode, result.stdout), (0, self.directory + "\n"))
        wanted = ["config.json", "model.safetensors", "preprocessor_config.json", "vocab.json"]
        self.assertEqual(sorted(os.listdir(self.directory)), wanted)
        for name in wanted:
            self.assertEqual(self.read(name), FILES[name])

    def test_a_second_run_downloads_nothing(self):
        self.fetch()
        self.hub.ranges.clear()
        self.assertEqual(self.fetch().returncode, 0)
        self.assertEqual(self.hub.ranges, [])

    def test_goes_on_where_it_stopped(self):
        self.hub.faults.add("stops halfway")
        result = self.fetch()
        self.assertEqual(result.returncode, 1)
        self.assertIn("model.safetensors: ", result.stderr)
        self.assertFalse(os.path.exists(self.path("model.safetensors")))
        half = os.path.getsize(self.path("model.safetensors.part"))
        self.assertEqual(half, len(FILES["model.safetensors"]) // 2)
        self.hub.ranges.clear()
        self.assertEqual(self.fetch().returncode, 0)
        self.assertEqual(self.hub.ranges, [("model.safetensors", f"bytes={half}-")])
        self.assertEqual(self.read("model.safetensors"), FILES["model.safetensors"])

    def test_starts_again_where_the_server_ignores_ranges(self):
        os.makedirs(self.directory)
        with open(self.path("model.safetensors.part"), "wb") as file:
            file.write(b"something else")
        self.hub.faults.add("ignores ranges")
        self.assertEqual(self.fetch().returncode, 0)
        self.assertEqual(self.read("model.safetensors"), FILES["model.safetensors"])

    def test_wrong_contents_are_never_put_in_place(self):
        for name in ["config.json", "model.safetensors"]:
            data = FILES[name]
            self.hub.files[name] = data[:-1] + bytes([data[-1] ^ 1])
            result = self.fetch()
            self.assertEqual(result.returncode, 1)
            self.assertIn(f"{name}: expected checksum", result.stderr)
            self.assertFalse(os.path.exists(self.path(name)))
            self.assertFalse(os.path.exists(self.path(name) + ".part"))
            self.hub.files[name] = data

    def test_says_what_is_missing(self):
        self.assertIn("answers 404", self.fetch("shop/other").stderr)
        self.hub.entries = [e for e in self.hub.entries if e["path"] != "model.safetensors"]
        result = self.fetch()
        self.assertEqual(result.returncode, 1)
        self.assertIn("no model.safetensors among its files", result.stderr)
        self.assertFalse(os.path.exists(self.directory))


if __name__ == "__main__":
    unittest.main()
