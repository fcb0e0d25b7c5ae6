"""Indexes of the sample catalogue and servers of them, for tests of the built `vitrine`."""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
VITRINE = ROOT / ".build/release/vitrine"
CATALOGUE = ROOT / "Tools/sample-catalogue/catalogue.csv"


def index_file(rows, index):
    """Makes an index of a file of products, whose pictures are those of the sample catalogue."""
    subprocess.run([VITRINE, "index", rows, "--images", CATALOGUE.parent, "--index", index],
                   check=True, capture_output=True)


def index_few(folder, count):
    """The path of an index of `count` products in `folder`."""
    few = pathlib.Path(folder) / "few.csv"
    few.write_text("".join(CATALOGUE.read_text().splitlines(keepends=True)[:count + 1]))
    index = few.with_suffix("")
    index_file(few, index)
    return index


def serve(at_end, *options, **environment):
    """A server, and where it listens as host and port.

    `at_end` takes what ends it: `addCleanup` of a test or `addClassCleanup` of a class.
    """
    server = subprocess.Popen([VITRINE, "serve", "--port", "0", *options], stderr=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})
    at_end(server.stderr.close)
    at_end(server.stdout.close)
    at_end(server.wait)
    at_end(server.kill)
    return server, re.search(r"http://([^/]+)/", server.stderr.readline())[1]
