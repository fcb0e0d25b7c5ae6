"""The server as a process: it says where it listens, and ends when it is asked to.

Skips where `vitrine` is not built.
"""

import http.client
import re
import signal
import subprocess
import tempfile
import unittest

from sample import VITRINE, index_few


@unittest.skipUnless(VITRINE.exists(), "the server is not tested: vitrine is not built")
class ServeTests(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        index = index_few(self.folder.name, 3)
        self.server = subprocess.Popen([VITRINE, "serve", "--port", "0", "--index", index],
                                       stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.server.stderr.close)
        self.addCleanup(self.server.stdout.close)
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.kill)
        self.address = re.search(r"http://([^/]+)/", self.server.stderr.readline())[1]

    def get(self, connection, path):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer, answer.read()

    def test_it_answers_where_it_says_and_ends_while_a_client_stays(self):
        connection = http.client.HTTPConnection(self.address, timeout=20)
        self.addCleanup(connection.close)
        answer, _ = self.get(connection, "/ready")
        self.assertEqual(answer.status, 200)
        answer, picture = self.get(connection, "/v1/indexes/few/products/V1001/image")
        self.assertEqual((answer.status, answer.getheader("Content-Type")), (200, "image/jpeg"))
        self.server.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.wait(20), 0)
        self.assertEqual(self.server.stdout.read(), "")

    def test_every_name_and_label_of_the_metrics_is_one_that_prometheus_takes(self):
        connection = http.client.HTTPConnection(self.address, timeout=20)
        self.addCleanup(connection.close)
        self.get(connection, "/v1/indexes")
        self.get(connection, "/v1/indexes/none/products/x")
        _, text = self.get(connection, "/metrics")
        lines = [line for line in text.decode().splitlines() if not line.startswith("#")]
        line_form = re.compile(r'[a-z_:][a-z0-9_:]*(\{([a-z_][a-z0-9_]*="[^"]*",?)*\})? [0-9.e+-]+$')
        self.assertEqual([line for line in lines if not line_form.match(line)], [])
        self.assertTrue(any('status_code="404"' in line for line in lines))


if __name__ == "__main__":
    unittest.main()
