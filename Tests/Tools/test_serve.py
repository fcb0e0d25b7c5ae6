"""The server as a process: it says where it listens, opens to keys, and ends when it is asked to.

Skips where `vitrine` is not built.
"""

import base64
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import tempfile
import time
import unittest
import zlib

from sample import VITRINE, index_few, serve


def png(width, height):
    """A PNG that claims a size and has no pixels."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@unittest.skipUnless(VITRINE.exists(), "the server is not tested: vitrine is not built")
class ServeTests(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.index = index_few(self.folder.name, 3)

    def serve(self, *options):
        """A server of the index, and its address."""
        return serve(self.addCleanup, "--index", self.index, *options)

    def refused(self, *options, **environment):
        """What a server of the index that does not start has said."""
        refused = subprocess.run([VITRINE, "serve", "--port", "0", "--index", self.index, *options],
                                 capture_output=True, text=True, timeout=20, env={**os.environ, **environment})
        self.assertNotEqual(refused.returncode, 0)
        return refused

    def connect(self, address):
        connection = http.client.HTTPConnection(address, timeout=20)
        self.addCleanup(connection.close)
        return connection

    def ask(self, connection, method, path, body=None, key=None):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer, answer.read()

    def until(self, condition):
        """Waits until a condition holds."""
        end = time.monotonic() + 20
        while not condition():
            self.assertLess(time.monotonic(), end, "not true after 20 s")
            time.sleep(0.02)

    def test_it_answers_where_it_says_and_ends_while_a_client_stays(self):
        server, address = self.serve()
        connection = self.connect(address)
        answer, _ = self.ask(connection, "GET", "/ready")
        self.assertEqual(answer.status, 200)
        answer, picture = self.ask(connection, "GET", "/v1/indexes/few/products/V1001/image")
        self.assertEqual((answer.status, answer.getheader("Content-Type")), (200, "image/jpeg"))
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(20), 0)
        self.assertEqual(server.stdout.read(), "")

    def test_a_request_under_way_is_answered_before_it_ends(self):
        server, address = self.serve()
        watching, asking = self.connect(address), self.connect(address)
        body = b'{"text": "red dress"}'
        asking.putrequest("POST", "/v1/indexes/few/search")
        asking.putheader("Content-Length", str(len(body)))
        asking.endheaders(body[:9])
        under_way = b'active_requests{http_request_method="POST"} 1'
        self.until(lambda: under_way in self.ask(watching, "GET", "/metrics")[1])
        server.send_signal(signal.SIGTERM)
        host, port = address.split(":")

        def refuses():
            with socket.socket() as newcomer:
                return newcomer.connect_ex((host, int(port))) != 0

        self.until(refuses)
        asking.send(body[9:])
        answer = asking.getresponse()
        self.assertEqual((answer.status, len(json.load(answer)["hits"])), (200, 3))
        self.assertEqual(server.wait(20), 0)

    def test_keys_of_a_file_open_it_and_are_never_told(self):
        keys = pathlib.Path(self.folder.name) / "keys"
        keys.write_text("# of the shop\nread:readreadreadread\n\nwrite:writewritewrite1\n")
        server, address = self.serve("--keys", keys)
        connection = self.connect(address)
        product = "/v1/indexes/few/products/V1001"
        for method, key, status in [
            ("GET", None, 401), ("GET", "readreadreadreaX", 401), ("GET", "readreadreadread", 200),
            ("DELETE", "readreadreadread", 403), ("DELETE", "writewritewrite1", 204),
        ]:
            answer, told = self.ask(connection, method, product, key=key)
            self.assertEqual(answer.status, status, (method, key))
            self.assertNotRegex(told, b"readread|writewrite")
        _, metrics = self.ask(connection, "GET", "/metrics", key="readreadreadread")
        self.assertNotRegex(metrics, b"readread|writewrite")
        server.send_signal(signal.SIGTERM)
        self.assertNotRegex("".join(server.communicate(timeout=20)), "readread|writewrite")

    def test_a_file_without_proper_keys_is_refused_by_its_line(self):
        keys = pathlib.Path(self.folder.name) / "keys"
        keys.write_text("read:readreadreadread\nadmin:hunter2hunter2hunter2\n")
        refused = self.refused("--keys", keys)
        self.assertIn("line 2", refused.stderr)
        self.assertNotRegex(refused.stdout + refused.stderr, "readread|hunter2")

    def test_keys_that_are_none_do_not_open_it_to_everybody(self):
        keys = pathlib.Path(self.folder.name) / "keys"
        keys.write_text("# none yet\n")
        self.assertIn(str(keys), self.refused("--keys", keys).stderr)
        for none in ["", " , "]:
            self.assertIn("VITRINE_API_KEYS", self.refused(VITRINE_API_KEYS=none).stderr)

    def test_a_port_that_is_taken_is_named(self):
        _, address = self.serve()
        host, port = address.split(":")
        self.assertIn(f"another program listens on port {port} of {host}", self.refused("--port", port).stderr)

    def test_the_index_that_was_named_first_comes_first(self):
        _, address = self.serve("--index", f"attic={self.index}")
        _, told = self.ask(self.connect(address), "GET", "/v1/indexes")
        self.assertEqual([entry["name"] for entry in json.loads(told)["indexes"]], ["few", "attic"])

    def test_a_picture_of_absurd_size_is_refused_before_it_is_unpacked(self):
        _, address = self.serve()
        connection = self.connect(address)
        upload = json.dumps({"image_data": base64.b64encode(png(60_000, 60_000)).decode()})
        answer, told = self.ask(connection, "PUT", "/v1/indexes/few/products/huge", upload)
        self.assertEqual(answer.status, 422)
        self.assertIn("60000×60000 pixels", json.loads(told)["detail"])
        answer, _ = self.ask(connection, "GET", "/v1/indexes/few/products/huge")
        self.assertEqual(answer.status, 404)

    def test_every_name_and_label_of_the_metrics_is_one_that_prometheus_takes(self):
        _, address = self.serve()
        connection = self.connect(address)
        self.ask(connection, "GET", "/v1/indexes")
        self.ask(connection, "GET", "/v1/indexes/none/products/x")
        self.ask(connection, "GET", "/v1/indexes/few/products/V1001")
        self.ask(connection, "POST", "/v1/indexes/few/search", b"{}")
        host, port = address.split(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"good morning\r\n\r\n")
            self.assertIn(b"400", client.recv(4096))
        _, text = self.ask(connection, "GET", "/metrics")
        lines = [line for line in text.decode().splitlines() if not line.startswith("#")]
        line_form = re.compile(r'[a-z_:][a-z0-9_:]*(\{([a-z_][a-z0-9_]*="[^"]*",?)*\})? [0-9.e+-]+$')
        self.assertEqual([line for line in lines if not line_form.match(line)], [])
        self.assertTrue(any('status_code="404"' in line for line in lines))
        counted = [line for line in lines if line.startswith("vitrine_http_requests_total{")]
        self.assertEqual([line for line in counted if 'status_code="404"' in line and "index=" in line], [])
        self.assertTrue(any('status_code="200",index="few"} 1' in line for line in counted), counted)
        self.assertIn('vitrine_http_malformed_requests_total{http_response_status_code="400"} 1.0', lines)
        kinds, helped = (re.findall(rf"^# {word} (\S+) \S", text.decode(), re.M) for word in ("TYPE", "HELP"))
        self.assertEqual(kinds, helped)

    def test_an_origin_that_no_browser_sends_is_refused(self):
        for origin in ("shop.example", "https://shop.example/page", "*"):
            refused = self.refused("--allow-origin", origin)
            self.assertEqual(refused.returncode, 64)
            self.assertIn("scheme://host", refused.stderr)


if __name__ == "__main__":
    unittest.main()
