"""The page in a real browser, for tests of what it does.

Skips where Chromium is not installed or does not start, or `vitrine` is not built.
"""

import atexit
import csv
import functools
import json
import pathlib
import sys
import tempfile
import unittest

from sample import CATALOGUE, ROOT, VITRINE, index_file, serve

sys.path.insert(0, str(ROOT / "Tools/docs"))
from browser import Browser, chromium  # noqa: E402

INDEXES = ["one", "two", "bare", "wide"]
CARDS = "[...document.querySelectorAll('#grid .card')]"
PRICES = f"{CARDS}.map(card => Number(card.querySelector('.row span').textContent.replaceAll(',', '')))"
FIRST = f"{CARDS}[0]?.getAttribute('aria-label')"


@functools.cache
def shop():
    """The folder of the indexes, which all tests of the page read: the sample, half of it, few attributes, and many."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    path = pathlib.Path(folder.name)
    (path / "two.csv").write_text("".join(CATALOGUE.read_text().splitlines(keepends=True)[:220]))
    write_bare(path / "bare.csv")
    write_wide(path / "wide.csv")
    for name in INDEXES:
        index_file(CATALOGUE if name == "one" else path / f"{name}.csv", path / name)
    return path


def write_bare(path):
    """Thirty products of few attributes, the first of which costs more than there is."""
    with open(CATALOGUE, newline="") as rows, open(path, "w", newline="") as file:
        out = csv.DictWriter(file, ["id", "title", "manufacturer", "price", "image"], extrasaction="ignore")
        out.writeheader()
        for place, row in zip(range(30), csv.DictReader(rows)):
            out.writerow({**row, "manufacturer": row["brand"],
                          "price": row["price"] if place else "123456789012345"})


def write_wide(path):
    """Sixty products of many attributes: few are dear, few have pockets, and the id of the first is a step up."""
    details = [f"detail_{number}" for number in range(30)]
    with open(CATALOGUE, newline="") as rows, open(path, "w", newline="") as file:
        out = csv.DictWriter(file, ["id", "title", *details, "type", "cost", "pockets", "image"], extrasaction="ignore")
        out.writeheader()
        for place, row in zip(range(60), csv.DictReader(rows)):
            out.writerow({**row, **{detail: f"as in {place % 7}" for detail in details},
                          "id": row["id"] if place else "..", "pockets": "" if place % 12 else place // 12,
                          "cost": 100 + 10 * place if place < 57 else 10_000 * (place - 56)})


@unittest.skipUnless(VITRINE.exists() and chromium(),
                     "the page is not tested: vitrine is not built, or chromium does not start")
class PageCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        _, cls.address = cls.serve(*INDEXES)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.__exit__)

    @classmethod
    def serve(cls, *names, **environment):
        """A server of these indexes, which ends with the tests, and the address of its page."""
        indexes = [word for name in names for word in ("--index", shop() / name)]
        server, address = serve(cls.addClassCleanup, *indexes, **environment)
        return server, f"http://{address}/"

    def setUp(self):
        self.browser.errors.clear()
        self.browser.size(1360, 900)

    def tearDown(self):
        self.assertEqual(self.browser.errors, [])

    def open(self, query=""):
        self.browser.open(self.address + query)
        self.browser.wait(f"{CARDS}.length > 0")

    def value(self, script):
        return self.browser.run(script)

    def change(self, selector, value):
        """Drags a slider to a value, or chooses it from a list."""
        self.browser.run(f"""(() => {{
            const input = document.querySelector({json.dumps(selector)});
            input.value = {json.dumps(value)};
            input.dispatchEvent(new Event("change"));
        }})()""")

    def expect_refusals(self):
        """Takes note of answers that the browser reports by itself, and of nothing else."""
        self.assertTrue(all("Failed to load resource" in error for error in self.browser.errors), self.browser.errors)
        self.browser.errors.clear()
