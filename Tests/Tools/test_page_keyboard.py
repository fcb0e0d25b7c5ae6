"""What keys do, and what they leave to the browser."""

import json
import unittest

from page_case import CARDS, PageCase


class KeyboardTests(PageCase):
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

    def test_keys_move_in_the_column_that_has_the_focus(self):
        self.open("?index=one&q=red+dress&compare=two")
        self.browser.wait("document.querySelectorAll('#grid-right .card').length > 3")
        # A product that only the column on the right has.
        right = "[...document.querySelectorAll('#grid-right .card')]"
        alone = self.value(f"{right}.findIndex((card, place) => place && card.closest('.alone'))")
        self.value(f"{right}[{alone - 1}].focus()")
        self.browser.press("ArrowRight")
        self.assertEqual(self.value(f"{right}.indexOf(document.activeElement)"), alone)
        liked = self.value("document.activeElement.dataset.id")
        self.browser.press("l")
        self.browser.wait(f"new URLSearchParams(location.search).get('like') === {json.dumps(liked)}")
        self.assertEqual(self.value("new URLSearchParams(location.search).get('index')"), "two")

    def test_keys_of_the_browser_are_left_to_it(self):
        self.open("?index=one&q=red+dress")
        self.browser.click(".card")
        self.browser.wait("document.querySelector('#detail').open")
        title = self.value("document.querySelector('#detail-title').textContent")
        for key, modifiers in (("l", 2), ("l", 4), ("ArrowRight", 1), ("ArrowRight", 2)):
            self.browser.call("Input.dispatchKeyEvent", type="rawKeyDown", key=key, modifiers=modifiers)
        self.assertEqual(self.value("document.querySelector('#detail-title').textContent"), title)
        self.assertTrue(self.value("document.querySelector('#detail').open"))

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


if __name__ == "__main__":
    unittest.main()
