"""The page in a real browser: typing, filtering, clicking, dropping, keys, comparing, sharing.

Skips where Chromium is not installed or does not start, or `vitrine` is not built.
"""

import csv
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
PRICES = f"{CARDS}.map(card => Number(card.querySelector('.row span').textContent.replaceAll(',', '')))"
FIRST = f"{CARDS}[0]?.getAttribute('aria-label')"


@unittest.skipUnless(VITRINE.exists() and chromium(),
                     "the page is not tested: vitrine is not built, or chromium does not start")
class PageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        names = ["one", "two", "bare"]
        catalogue = ROOT / "Tools/sample-catalogue/catalogue.csv"
        lines = catalogue.read_text().splitlines(keepends=True)
        (pathlib.Path(cls.folder.name) / "half.csv").write_text("".join(lines[:220]))
        cls.write_bare(catalogue)
        for name, rows in zip(names, [catalogue, f"{cls.folder.name}/half.csv", f"{cls.folder.name}/bare.csv"]):
            subprocess.run(
                [VITRINE, "index", rows, "--images", catalogue.parent, "--index", f"{cls.folder.name}/{name}"],
                check=True, capture_output=True)
        cls.address = cls.serve(*names)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.__exit__)

    @classmethod
    def write_bare(cls, catalogue):
        """Thirty products of few attributes, the first of which costs more than there is."""
        with open(catalogue, newline="") as rows, open(f"{cls.folder.name}/bare.csv", "w", newline="") as file:
            out = csv.DictWriter(file, ["id", "title", "manufacturer", "price", "image"], extrasaction="ignore")
            out.writeheader()
            for place, row in zip(range(30), csv.DictReader(rows)):
                out.writerow({**row, "manufacturer": row["brand"],
                              "price": row["price"] if place else "123456789012345"})

    @classmethod
    def serve(cls, *names, **environment):
        """The address of a server of these indexes, which ends with the tests."""
        indexes = [word for name in names for word in ("--index", f"{cls.folder.name}/{name}")]
        server = subprocess.Popen([VITRINE, "serve", "--port", "0", *indexes], stderr=subprocess.PIPE, text=True,
                                  env={**os.environ, **environment})
        cls.addClassCleanup(server.stderr.close)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.terminate)
        cls.server = server
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

    def address_part(self, name):
        """What the address bar says of one thing, read as JSON."""
        return json.loads(self.value(f"new URLSearchParams(location.search).get('{name}')") or "null")

    def expect_refusals(self):
        """Takes note of answers that the browser reports by itself, and of nothing else."""
        self.assertTrue(all("Failed to load resource" in error for error in self.browser.errors), self.browser.errors)
        self.browser.errors.clear()

    def test_a_range_has_two_ends_and_can_be_widened_again(self):
        self.open("?index=one")
        whole = self.value("document.querySelector(\"input[aria-label='price from']\").min")
        self.change("input[aria-label='price from']", "100")
        self.browser.wait(f"{PRICES}.every(price => price >= 99)")
        self.change("input[aria-label='price to']", "200")
        self.browser.wait(f"{PRICES}.every(price => price >= 99 && price <= 201)")
        low, high = self.address_part("range")["price"]
        self.assertAlmostEqual(low, 100, delta=2)
        self.assertAlmostEqual(high, 200, delta=2)
        self.assertEqual(self.value("document.querySelector(\"input[aria-label='price from']\").min"), whole)
        self.change("input[aria-label='price from']", "50")
        self.browser.wait("JSON.parse(new URLSearchParams(location.search).get('range')).price[0] < 55")
        self.assertEqual(self.address_part("range")["price"][1], high)
        self.change("input[aria-label='price from']", whole)
        self.browser.wait("JSON.parse(new URLSearchParams(location.search).get('range')).price[0] === null")
        self.change("input[aria-label='price to']", "100000")
        self.browser.wait("!location.search.includes('range')")

    def test_several_values_are_picked_with_one_request_each(self):
        self.open("?index=one&q=dress")
        rows = "[...document.querySelector('.facet').querySelectorAll('button')]"
        counts = self.value(f"{rows}.map(row => row.textContent)")
        searches = "performance.getEntriesByType('resource').filter(entry => entry.name.endsWith('/search')).length"
        before = self.value(searches)
        for place in range(2):
            self.value(f"{rows}[{place}].click()")
            self.browser.wait(f"{rows}[{place}].ariaPressed === 'true'")
            self.browser.wait(f"document.querySelectorAll('.chip').length === {place + 1}")
            self.assertEqual(self.value(f"{rows}.map(row => row.textContent)"), counts)
        names = self.value(f"{rows}.slice(0, 2).map(row => row.firstChild.textContent)")
        makers = f"new Set({CARDS}.map(card => card.querySelector('.row small').textContent))"
        self.browser.wait(f"[...{makers}].sort().join() === {json.dumps(','.join(sorted(names)))}")
        self.assertEqual(self.value(searches), before + 2)

    def test_a_telephone_shows_chips_without_scrolling_sideways(self):
        self.browser.size(390, 800)
        for query in ("like=V1113", "q=dress&q=a+long+one+that+is+red+and+dotted+for+an+evening+in+the+theatre^0.5"):
            self.open(f"?index=one&{query}")
            self.browser.wait("[...document.querySelectorAll('.chip .label')].at(-1).textContent.length > 10")
            self.assertLessEqual(self.value("document.documentElement.scrollWidth"), 390, query)

    def test_a_walk_is_scrolled_to_and_the_way_out_stays(self):
        self.browser.size(1000, 560)
        self.open("?index=one&q=red+dress")
        self.browser.click(".card")
        self.browser.wait("document.querySelector('#detail').open")
        self.browser.click(".pill")
        self.browser.wait("document.querySelectorAll('#walk .card').length > 0")
        bottom = "document.querySelector('{}').getBoundingClientRect().bottom"
        self.browser.wait(f"{bottom.format('#walk .picture')} <= {bottom.format('#detail')}")
        self.assertGreater(self.value("document.querySelector('#detail').scrollTop"), 50)
        self.assertTrue(self.value("""(() => {
            const box = document.querySelector(".close").getBoundingClientRect();
            return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2).matches(".close");
        })()"""))
        self.browser.click(".close")
        self.browser.wait("!document.querySelector('#detail').open")

    def test_another_index_is_asked_for_what_it_has(self):
        self.open("?index=one&sort=-added&filter=in_stock+%3D+true"
                  "&range={%22price%22:[10,null]}&pick={%22brand%22:[%22Marlowe%22]}")
        self.browser.errors.clear()
        self.change("#index", "bare")
        self.browser.wait("document.querySelector('#count').textContent.includes('no such attribute')")
        self.expect_refusals()
        self.assertIn("brand, added, in_stock = true", self.value("document.querySelector('#count').textContent"))
        self.assertGreater(self.value(f"{CARDS}.length"), 1)
        self.assertEqual(self.value("document.querySelector('#sort').selectedOptions[0].textContent"), "best first")
        self.assertEqual(self.value("[...new URLSearchParams(location.search).keys()].join()"), "index,range")

    def test_what_the_other_index_lacks_is_told_beside_it(self):
        self.open("?index=one&compare=bare&filter=price+%3E+5&pick={%22brand%22:[%22Marlowe%22]}")
        self.browser.wait("document.querySelector('#right-name').textContent.includes('brand')")
        self.expect_refusals()
        self.assertTrue(self.value("document.querySelector('#filter-wrong').hidden"))
        self.assertEqual(self.value("document.querySelectorAll('#grid-right .card').length"), 0)

    def test_nothing_of_the_search_before_stays_after_an_error(self):
        self.open("?index=one&like=V1400")
        self.browser.wait("!document.querySelector('#more').hidden")
        self.change("#index", "bare")
        self.browser.wait("document.querySelector('#count').textContent.includes('no product')")
        self.expect_refusals()
        self.assertEqual(self.value("document.querySelectorAll('.card, .facet').length"), 0)
        self.assertTrue(self.value("document.querySelector('#more').hidden"))

    def test_an_address_that_does_not_parse_shows_the_rest(self):
        for wrong in ('range={"price":5}', 'range={"price":["a",null]}', 'range={"price":[null,null]}', "range=[1]",
                      'pick={"brand":"x"}', 'pick={"brand":[{}]}', "pick=7", "looks=", "q=dress^0"):
            self.open("?index=one&" + wrong.replace('"', "%22"))
            self.assertEqual(self.value(f"{CARDS}.length"), 24, wrong)
            self.assertEqual(self.browser.errors, [], wrong)

    def test_the_keyboard_stays_where_it_is(self):
        self.open("?index=one")
        focused = "document.activeElement.dataset.key"
        self.value("document.querySelector('.facet button').focus()")
        key = self.value(focused)
        self.browser.press("Enter")
        self.browser.wait("document.querySelector('.facet button[aria-pressed=true]') !== null")
        self.assertEqual(self.value(focused), key)
        self.value("""(() => {
            const slider = document.querySelector("input[aria-label='price from']");
            slider.closest("details").open = true;
            slider.focus();
        })()""")
        for steps in (1, 2, 3):
            before = self.value("location.search")
            self.browser.press("ArrowRight")
            self.browser.wait(f"location.search !== {json.dumps(before)}")
            self.browser.wait("document.querySelectorAll('.chip').length === 2")
            self.assertEqual(self.value(focused), "range price from")

    def test_a_single_row_has_nothing_below(self):
        self.open("?index=one&filter=type+%3D+Boots+and+brand+%3D+Dunmore")
        self.assertEqual(self.value(f"{CARDS}.length"), 3)
        self.value(f"{CARDS}[1].focus()")
        for key in ("ArrowDown", "ArrowUp"):
            self.browser.press(key)
            self.assertEqual(self.value(f"{CARDS}.indexOf(document.activeElement)"), 1)

    def test_keys_of_the_browser_are_left_to_it(self):
        self.open("?index=one&q=red+dress")
        self.browser.click(".card")
        self.browser.wait("document.querySelector('#detail').open")
        title = self.value("document.querySelector('#detail-title').textContent")
        for key, modifiers in (("l", 2), ("l", 4), ("ArrowRight", 1), ("ArrowRight", 2)):
            self.browser.call("Input.dispatchKeyEvent", type="rawKeyDown", key=key, modifiers=modifiers)
        self.assertEqual(self.value("document.querySelector('#detail-title').textContent"), title)
        self.assertTrue(self.value("document.querySelector('#detail').open"))

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

    choose = """
        const input = document.querySelector("#file");
        input.files = files.files;
        input.dispatchEvent(new Event("change"));
    """

    def test_a_chosen_picture_is_searched_by(self):
        self.search_by_picture(self.choose)

    def test_a_link_says_that_it_is_without_the_picture(self):
        self.search_by_picture(self.choose)
        self.browser.click("#share")
        self.browser.wait("document.querySelector('#share').textContent.includes('without the picture')")

    def test_one_can_go_back_to_a_picture(self):
        self.search_by_picture(self.choose)
        found = self.value(f"{CARDS}.map(card => card.dataset.id).join()")
        self.value(f"{CARDS}[3].focus()")
        self.browser.press("l")
        self.browser.wait("location.search.includes('like=')")
        self.browser.wait(f"{CARDS}[0].dataset.id !== 'V1113'")
        self.value("history.back()")
        self.browser.wait("document.querySelector('.chip .label')?.textContent === 'photo.jpg'")
        self.browser.wait(f"{CARDS}.map(card => card.dataset.id).join() === {json.dumps(found)}")
        self.value("location.reload()")
        self.browser.wait("document.querySelector('#count')?.textContent.includes('picture is gone')")

    def test_a_weight_of_nothing_leaves_its_term_out(self):
        found = f"{CARDS}.map(card => card.dataset.id).join()"
        self.open("?index=one&q=red+dress")
        alone = self.value(found)
        self.open("?index=one&q=red+dress&q=shoes^0.5")
        self.assertNotEqual(self.value(found), alone)
        self.change(".chip:nth-of-type(2) input", "0")
        self.browser.wait(f"{found} === {json.dumps(alone)}")
        self.assertIn("shoes^0", self.value("new URLSearchParams(location.search).getAll('q').join()"))

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

    def give_key(self, key):
        self.browser.wait("document.querySelector('#key').open")
        self.expect_refusals()
        self.value("document.querySelector('#key-text').value = ''")
        self.browser.click("#key-text")
        self.browser.type(key)
        self.browser.press("Enter")

    def test_a_wrong_key_and_no_key_are_told(self):
        self.browser.open(self.serve("one", VITRINE_API_KEYS="read:another key of 20 chars"))
        self.browser.wait("document.querySelector('#key').open")
        self.browser.press("Escape")
        self.browser.wait("document.querySelector('#count').textContent.includes('needs an API key')")
        self.browser.click("#search button")
        self.assertNotIn("refused", self.value("document.querySelector('#key-note').textContent"))
        self.give_key("a key that is not it")
        self.browser.wait("document.querySelector('#key-note').textContent.includes('refused')")
        self.give_key("another key of 20 chars")
        self.browser.wait(f"{CARDS}.length > 0")

    def test_a_server_that_is_gone_is_told_of(self):
        self.browser.open(self.serve("one"))
        self.browser.wait(f"{CARDS}.length > 0")
        self.server.terminate()
        self.server.wait()
        self.change("#sort", "price")
        self.browser.wait("document.querySelector('#count').textContent.includes('cannot be reached')")
        self.expect_refusals()
        self.assertEqual(self.value(f"{CARDS}.length"), 0)

    def test_words_and_numbers_fit_where_they_stand(self):
        self.open("?index=bare&sort=-price")
        self.browser.wait(f"{PRICES}[0] === 123456789012345")
        for width in (1360, 360):
            self.browser.size(width, 800)
            self.assertTrue(self.value(f"{CARDS}.every(card => [...card.querySelectorAll('.row *')].every(part => "
                                       "part.getBoundingClientRect().right <= card.getBoundingClientRect().right))"))
        self.browser.size(1360, 900)
        self.assertTrue(self.value("""(() => {
            const input = document.querySelector("#filter"), style = getComputedStyle(input);
            const pen = document.createElement("canvas").getContext("2d");
            pen.font = style.font;
            const room = input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
            return pen.measureText(input.placeholder).width <= room;
        })()"""))

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
