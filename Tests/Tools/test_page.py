"""The page in a real browser: typing, filtering, clicking, dropping, keys, comparing, sharing.

Skips where Chromium is not installed or does not start, or `vitrine` is not built.
"""

import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tools/docs"))
from browser import Browser, chromium  # noqa: E402

VITRINE = ROOT / ".build/release/vitrine"
CARDS = "[...document.querySelectorAll('#grid .card')]"
FIRST = f"{CARDS}[0]?.getAttribute('aria-label')"


@unittest.skipUnless(VITRINE.exists() and chromium(),
                     "the page is not tested: vitrine is not built, or chromium does not start")
class PageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        names = ["one", "two"]
        catalogue = ROOT / "Tools/sample-catalogue/catalogue.csv"
        lines = catalogue.read_text().splitlines(keepends=True)
        (pathlib.Path(cls.folder.name) / "half.csv").write_text("".join(lines[:220]))
        for name, rows in zip(names, [catalogue, f"{cls.folder.name}/half.csv"]):
            subprocess.run(
                [VITRINE, "index", rows, "--images", catalogue.parent, "--index", f"{cls.folder.name}/{name}"],
                check=True, capture_output=True)
        cls.address = cls.serve(*names)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.__exit__)

    @classmethod
    def serve(cls, *names, **environment):
        """The address of a server of these indexes, which ends with the tests."""
        indexes = [word for name in names for word in ("--index", f"{cls.folder.name}/{name}")]
        server = subprocess.Popen([VITRINE, "serve", "--port", "0", *indexes], stderr=subprocess.PIPE, text=True,
                                  env={**os.environ, **environment})
        cls.addClassCleanup(server.stderr.close)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.terminate)
        return server.stderr.readline().split()[2]

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

    def test_typing_searches_and_the_address_can_be_shared(self):
        self.open()
        self.browser.wait("document.querySelector('#count').textContent.startsWith('446 products')")
        self.browser.click("#text")
        self.browser.type("red dotted dress")
        self.browser.wait(f"{FIRST} === 'Red Dotted Maxi Dress'")
        self.browser.press("Enter")
        self.browser.wait("location.search.includes('q=red+dotted+dress')")
        shared = self.value("location.search")
        self.open()
        self.open(shared)
        self.browser.wait(f"{FIRST} === 'Red Dotted Maxi Dress'")
        self.assertEqual(self.value("document.querySelector('#text').value"), "red dotted dress")

    def test_a_text_that_ends_like_a_weight_stays_as_it_was_typed(self):
        self.open("?index=one")
        self.browser.click("#text")
        self.browser.type("dress^2")
        self.browser.press("Enter")
        self.browser.wait("new URLSearchParams(location.search).get('q') === 'dress^2^1'")
        shared = self.value("location.search")
        self.open()
        self.open(shared)
        self.assertEqual(self.value("document.querySelector('#text').value"), "dress^2")

    def test_the_blend_orders_anew_and_is_in_the_address(self):
        self.open("?index=one&q=red+dress")
        order = f"{CARDS}.map(card => card.dataset.id).join()"
        measured = before = self.value(order)
        for looks in "01":
            self.change("#looks", looks)
            self.browser.wait(f"new URLSearchParams(location.search).get('looks') === '{looks}'")
            self.browser.wait(f"{order} !== {json.dumps(before)}")
            before = self.value(order)
        self.open("?index=one&q=red+dress&looks=1")
        self.browser.wait(f"{order} === {json.dumps(before)}")
        self.browser.click("#auto")
        self.browser.wait("!location.search.includes('looks=')")
        self.browser.wait(f"{order} === {json.dumps(measured)}")

    def test_facets_and_filters_narrow_and_are_taken_back(self):
        self.open("?index=one&q=dress")
        self.browser.click(".facet button")
        self.browser.wait("document.querySelector('.facet button[aria-pressed=true]') !== null")
        picked = self.value("document.querySelector('.facet button[aria-pressed=true] span').textContent")
        makers = f"{CARDS}.every(card => card.querySelector('.row small').textContent === {json.dumps(picked)})"
        self.browser.wait(makers)
        self.browser.click("#filter")
        self.browser.type("price < 60")
        self.browser.press("Enter")
        self.browser.wait(f"{CARDS}.every(card => Number(card.querySelector('.row span').textContent) < 60)")
        self.browser.click(".chip button")
        self.browser.wait("document.querySelectorAll('.chip').length === 0")
        self.browser.wait(f"!({makers})")

    def test_a_wrong_filter_is_explained_where_it_is_typed(self):
        self.open("?index=one")
        self.browser.click("#filter")
        self.browser.type("pric < 60")
        self.browser.press("Enter")
        self.browser.wait("document.querySelector('#filter-wrong').textContent.includes('did you mean')")
        self.assertIn("column 1:", self.value("document.querySelector('#filter-wrong').textContent"))
        self.assertEqual(len(self.browser.errors), 2, self.browser.errors)  # the browser's own notes of the 4xx
        self.browser.errors.clear()

    def test_the_order_is_chosen_and_in_the_address(self):
        prices = f"{CARDS}.map(card => Number(card.querySelector('.row span').textContent))"
        goes = f"{prices}.length > 1 && {prices}.every((price, place, all) => !place || all[place - 1] {{}} price)"
        self.open("?index=one&q=dress")
        self.change("#sort", "-price")
        self.browser.wait(goes.format(">="))
        self.browser.wait("new URLSearchParams(location.search).get('sort') === '-price'")
        self.open("?index=one&q=dress&sort=price")
        self.browser.wait(goes.format("<="))
        self.assertEqual(self.value("document.querySelector('#sort').value"), "price")

    def test_more_goes_on_where_the_page_ends(self):
        self.open("?index=one&q=dress")
        self.browser.click("#more")
        self.browser.wait(f"{CARDS}.length === 48")
        self.assertEqual(self.value(f"new Set({CARDS}.map(card => card.dataset.id)).size"), 48)

    def test_an_index_that_is_not_there_is_named(self):
        self.open("?index=attic")
        self.browser.wait("document.querySelector('#count').textContent.includes('no index \"attic\"')")
        self.assertEqual(self.value("document.querySelector('#index').value"), "one")
        self.change("#index", "two")
        self.browser.wait("!document.querySelector('#count').textContent.includes('attic')")

    def test_a_price_range_is_dragged(self):
        self.open("?index=one&q=shoes")
        self.change("input[aria-label='price to']", "50")
        self.browser.wait(f"{CARDS}.every(card => Number(card.querySelector('.row span').textContent) <= 51)")
        self.browser.wait("location.search.includes('range=')")

    def test_a_product_opens_and_leads_on(self):
        self.open("?index=one&q=red+dress")
        title = self.value(FIRST)
        self.browser.click(".card")
        self.browser.wait("document.querySelector('#detail').open")
        self.assertEqual(self.value("document.querySelector('#detail-title').textContent"), title)
        parts = self.value("[...document.querySelectorAll('#explain tr')].map(row => "
                           "Number(row.querySelectorAll('td')[4].textContent))")
        self.assertAlmostEqual(sum(parts[:-1]), parts[-1], delta=0.005)
        self.browser.click(".pill")
        self.browser.wait("document.querySelectorAll('#walk .card').length > 0")
        self.browser.press("ArrowRight")
        self.browser.wait(f"document.querySelector('#detail-title').textContent !== {json.dumps(title)}")
        self.browser.click("#like")
        self.browser.wait("!document.querySelector('#detail').open && location.search.includes('like=')")
        self.browser.wait("document.querySelector('.chip img') !== null")

    def test_keys_do_what_the_footer_says(self):
        self.open("?index=one&q=red+dress")
        self.browser.run("document.activeElement.blur()")
        self.browser.press("ArrowRight")
        self.browser.press("ArrowRight")
        self.browser.press("ArrowDown")
        focused = f"{CARDS}.indexOf(document.activeElement)"
        columns = self.value(f"{CARDS}.findIndex(card => card.getBoundingClientRect().top > "
                             f"{CARDS}[0].getBoundingClientRect().top + 1)")
        self.assertEqual(self.value(focused), columns + 1)
        self.browser.press("Enter")
        self.browser.wait("document.querySelector('#detail').open")
        self.browser.press("Escape")
        self.browser.wait("!document.querySelector('#detail').open")
        self.browser.press("/")
        self.assertEqual(self.value("document.activeElement.id"), "text")
        self.browser.press("ArrowDown")
        self.browser.press("l")
        self.browser.wait("location.search.includes('like=')")

    def test_two_indexes_stand_side_by_side(self):
        self.open("?index=one&q=red+dress")
        self.change("#compare", "two")
        self.browser.wait("document.querySelectorAll('#grid-right .card').length > 0")
        self.assertIn("in both", self.value("document.querySelector('#right-name').textContent"))
        alone = self.value("document.querySelectorAll('#grid .alone').length")
        both = int(self.value("document.querySelector('#left-name').textContent").split("·")[2].split()[0])
        self.assertEqual(alone + both, self.value(f"{CARDS}.length"))
        self.assertEqual(self.value("document.documentElement.scrollWidth <= innerWidth"), True)

    def search_by_picture(self, give):
        """Searches by the picture of a product, which a script gives to the page as `files`."""
        self.open("?index=one")
        self.browser.run(f"""(async () => {{
            const bytes = await (await fetch("/v1/indexes/one/products/V1113/image")).blob();
            const files = new DataTransfer();
            files.items.add(new File([bytes], "photo.jpg", {{ type: "image/jpeg" }}));
            {give}
        }})()""")
        self.browser.wait("document.querySelector('.chip img') !== null")
        self.browser.wait(f"{CARDS}[0]?.dataset.id === 'V1113'")

    def test_a_chosen_picture_is_searched_by(self):
        self.search_by_picture("""
            const input = document.querySelector("#file");
            input.files = files.files;
            input.dispatchEvent(new Event("change"));
        """)

    def test_a_dropped_picture_is_searched_by(self):
        self.search_by_picture("""
            const drag = (name) => document.querySelector("#grid").dispatchEvent(
                new DragEvent(name, { dataTransfer: files, bubbles: true, cancelable: true }));
            drag("dragover");
            if (!document.body.classList.contains("dropping")) throw new Error("no frame to drop into");
            if (drag("drop")) throw new Error("left to the browser, which opens the file");
        """)
        self.assertFalse(self.value("document.body.classList.contains('dropping')"))

    def test_a_small_screen_shows_everything_without_scrolling_sideways(self):
        self.browser.size(360, 740)
        self.open("?index=one&q=red+dress")
        self.assertTrue(self.value("document.documentElement.scrollWidth <= innerWidth"))

    def test_the_page_is_dark_for_those_who_like_it_dark(self):
        self.addCleanup(self.browser.dark, False)
        self.open("?index=one")
        brightness = ("getComputedStyle(document.body).{}.match(/\\d+/g)"
                      ".reduce((sum, part) => sum + Number(part), 0)")
        for dark in (False, True):
            self.browser.dark(dark)
            paper = self.value(brightness.format("backgroundColor"))
            ink = self.value(brightness.format("color"))
            self.assertEqual(paper < ink, dark, (paper, ink))

    def test_a_server_with_keys_is_opened_with_one(self):
        self.browser.open(self.serve("one", VITRINE_API_KEYS="read:a key; of 16 chars"))
        self.browser.wait("document.querySelector('#key').open")
        self.browser.errors.clear()  # the browser's own note of the 401
        self.browser.click("#key-text")
        self.browser.type("a key; of 16 chars")
        self.browser.press("Enter")
        self.browser.wait(f"{CARDS}.length > 0")
        self.browser.wait("document.querySelector('.card img').naturalWidth > 0")

    def test_the_page_asks_no_one_else(self):
        self.open("?index=one&q=red+dress")
        hosts = self.value("[...new Set(performance.getEntriesByType('resource').map(entry => "
                           "new URL(entry.name).origin))]")
        self.assertEqual(hosts, [self.value("location.origin")])
        connection = http.client.HTTPConnection(self.address.split("/")[2])
        connection.request("GET", "/")
        self.assertIn("default-src 'self'", connection.getresponse().getheader("Content-Security-Policy"))
        connection.close()


if __name__ == "__main__":
    unittest.main()
