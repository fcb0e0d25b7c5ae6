"""Facets, ranges and filters."""

import json
import unittest

from page_case import CARDS, PRICES, PageCase


class FilterTests(PageCase):
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
        self.browser.wait(f"{PRICES}.every(price => price < 60)")
        self.browser.click(".chip button")
        self.browser.wait("document.querySelectorAll('.chip').length === 0")
        self.browser.wait(f"!({makers})")

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

    def test_a_wrong_filter_is_explained_where_it_is_typed(self):
        self.open("?index=one")
        self.browser.click("#filter")
        self.browser.type("pric < 60")
        self.browser.press("Enter")
        self.browser.wait("document.querySelector('#filter-wrong').textContent.includes('did you mean')")
        self.assertIn("column 1:", self.value("document.querySelector('#filter-wrong').textContent"))
        self.assertEqual(len(self.browser.errors), 2, self.browser.errors)  # the browser's own notes of the 4xx
        self.browser.errors.clear()

    def test_a_view_that_begins_with_a_mistake_offers_the_rest(self):
        for wrong, said in (("q=red+dress&filter=gendr=Men", "Nothing shown: the filter is wrong."),
                            ("like=nope", "there is no product \"nope\"")):
            self.browser.open(f"{self.address}?index=one&{wrong}")
            self.browser.wait(f"document.querySelector('#count').textContent === {json.dumps(said)}")
            self.browser.wait("document.querySelectorAll('.facet').length > 3")
            self.browser.wait("document.querySelector('.chip img') === null")
            self.assertEqual(self.value(f"{CARDS}.length"), 0)
            self.expect_refusals()

    def test_parentheses_that_do_not_match_change_nothing_else(self):
        typed = "price+%3C+20)+or+(colour+%3D+Red"
        for picked in ("", "&pick={%22brand%22:[%22Marlowe%22]}"):
            self.browser.open(f"{self.address}?index=one&filter={typed}{picked}")
            self.browser.wait("document.querySelector('#filter-wrong').textContent.includes('column 11:')")
            self.expect_refusals()
            self.assertEqual(self.value("document.querySelectorAll('.card').length"), 0)
        self.open("?index=one&filter=price+%3C+20+or+colour+%3D+Red&pick={%22brand%22:[%22Marlowe%22]}")
        makers = self.value(f"[...new Set({CARDS}.map(card => card.querySelector('.row small').textContent))]")
        self.assertEqual(makers, ["Marlowe"])

    def test_the_example_of_a_filter_is_one(self):
        for index in ("one", "bare", "wide"):
            self.open(f"?index={index}")
            for example in ("placeholder", "title.slice('For example: '.length)"):
                self.value(f"""(() => {{
                    const box = document.querySelector("#filter");
                    box.value = box.{example};
                    document.querySelector("#narrow").requestSubmit();
                }})()""")
                self.browser.wait("new URLSearchParams(location.search).get('filter') === "
                                  f"document.querySelector('#filter').{example}")
                self.browser.wait(f"{CARDS}.length > 0")
            self.assertTrue(self.value("document.querySelector('#filter-wrong').hidden"))

    def test_a_skewed_range_slides_by_logarithm_in_round_numbers(self):
        self.open("?index=wide")
        half = "(Number(input.min) + Number(input.max)) / 2"
        self.value(f"""(() => {{
            const input = document.querySelector("input[aria-label='cost to']");
            input.value = {half};
            input.dispatchEvent(new Event("change"));
        }})()""")
        self.browser.wait("location.search.includes('range=')")
        low, high = self.address_part("range")["cost"]
        self.assertIsNone(low)
        self.assertTrue(500 < high < 5000, high)
        self.assertEqual(high % 10, 0)
        self.browser.wait(f"document.querySelector(\"input[aria-label='cost to']\").ariaValueText === '{high:,}'")
        self.assertLess(self.value("document.querySelectorAll('.range .bars i').length"), 30)
        self.value("document.querySelector(\"input[aria-label='cost to']\").focus()")
        for _ in range(3):
            before = self.address_part("range")["cost"][1]
            self.browser.press("ArrowRight")
            self.browser.wait(f"JSON.parse(new URLSearchParams(location.search).get('range')).cost[1] > {before}")
            self.browser.wait("document.activeElement.ariaLabel === 'cost to'")

    def test_a_price_range_is_dragged(self):
        self.open("?index=one&q=shoes")
        self.change("input[aria-label='price to']", "50")
        self.browser.wait(f"{PRICES}.every(price => price <= 51)")
        self.browser.wait("location.search.includes('range=')")

    def address_part(self, name):
        """What the address bar says of one thing, read as JSON."""
        return json.loads(self.value(f"new URLSearchParams(location.search).get('{name}')") or "null")

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


if __name__ == "__main__":
    unittest.main()
