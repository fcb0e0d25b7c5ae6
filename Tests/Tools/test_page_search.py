"""Searching by words, and the order of what is found."""

import json
import unittest

from page_case import CARDS, FIRST, PRICES, PageCase


class SearchTests(PageCase):
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

    def test_one_can_go_back_to_the_search_before_the_typing(self):
        self.open("?index=one&q=red+dress")
        before = self.value("history.length")
        self.value("document.querySelector('#text').focus()")
        self.value("document.querySelector('#text').select()")
        for text in ("blue", " shirt"):
            self.browser.type(text)
            self.browser.wait("new URLSearchParams(location.search).get('q') === "
                              "document.querySelector('#text').value")
        self.browser.press("Enter")
        self.browser.press("Enter")
        self.assertEqual(self.value("history.length"), before + 1)
        self.browser.type("s")
        self.browser.wait("location.search.includes('shirts')")
        self.assertEqual(self.value("history.length"), before + 2)
        for text in ("blue shirt", "red dress"):
            self.value("history.back()")
            self.browser.wait(f"document.querySelector('#text').value === '{text}'")

    def test_what_is_counted_is_what_the_facets_count(self):
        self.open("?index=one&q=dress&looks=0")
        said = self.value("document.querySelector('#count').textContent")
        self.assertRegex(said, r"^about \d+ relevant of 446 ·")
        counted = self.value("document.querySelector('.facet summary').title")
        self.assertAlmostEqual(int(said.split()[1]), int(counted.split()[1]), delta=5)
        self.open("?index=one&q=dress")
        self.assertRegex(self.value("document.querySelector('#count').textContent"), "^446 products ·")
        self.open("?index=one&q=dress&filter=price+%3C+60")
        self.assertRegex(self.value("document.querySelector('#count').textContent"), r"^\d+ match the filter ·")
        self.open("?index=one&filter=price+%3C+60")
        self.assertRegex(self.value("document.querySelector('#count').textContent"), r"^\d+ products$")

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

    def test_a_weight_of_nothing_leaves_its_term_out(self):
        found = f"{CARDS}.map(card => card.dataset.id).join()"
        self.open("?index=one&q=red+dress")
        alone = self.value(found)
        self.open("?index=one&q=red+dress&q=shoes^0.5")
        self.assertNotEqual(self.value(found), alone)
        self.change(".chip:nth-of-type(2) input", "0")
        self.browser.wait(f"{found} === {json.dumps(alone)}")
        self.assertIn("shoes^0", self.value("new URLSearchParams(location.search).getAll('q').join()"))

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

    def test_the_order_is_chosen_and_in_the_address(self):
        goes = f"{PRICES}.length > 1 && {PRICES}.every((price, place, all) => !place || all[place - 1] {{}} price)"
        self.open("?index=one&q=dress")
        self.change("#sort", "-price")
        self.browser.wait(goes.format(">="))
        self.browser.wait("new URLSearchParams(location.search).get('sort') === '-price'")
        self.open("?index=one&q=dress&sort=price")
        self.browser.wait(goes.format("<="))
        self.assertEqual(self.value("document.querySelector('#sort').value"), "price")
        self.assertNotIn("candidates", self.value("document.querySelector('#count').textContent"))
        self.assertNotIn("best", self.value("document.querySelector('#count').textContent"))

    def test_the_order_is_by_what_many_products_have(self):
        offered = "[...document.querySelector('#sort').options].map(option => option.value).join()"
        self.open("?index=wide")
        self.assertEqual(self.value(offered), ",cost,-cost")
        self.open("?index=wide&sort=-pockets")
        self.assertEqual(self.value(offered), ",cost,-cost,pockets,-pockets")
        self.assertEqual(self.value("document.querySelector('#sort').value"), "-pockets")

    def test_more_goes_on_where_the_page_ends(self):
        self.open("?index=one&q=dress")
        self.browser.click("#more")
        self.browser.wait(f"{CARDS}.length === 48")
        self.assertEqual(self.value(f"new Set({CARDS}.map(card => card.dataset.id)).size"), 48)

    def test_an_address_that_does_not_parse_shows_the_rest(self):
        for wrong in ('range={"price":5}', 'range={"price":["a",null]}', 'range={"price":[null,null]}', "range=[1]",
                      'pick={"brand":"x"}', 'pick={"brand":[{}]}', "pick=7", "looks=", "q=dress^0"):
            self.open("?index=one&" + wrong.replace('"', "%22"))
            self.assertEqual(self.value(f"{CARDS}.length"), 24, wrong)
            self.assertEqual(self.browser.errors, [], wrong)


if __name__ == "__main__":
    unittest.main()
