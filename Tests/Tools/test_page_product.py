"""A product up close, and the way on from it."""

import json
import unittest

from page_case import FIRST, PageCase


class ProductTests(PageCase):
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


if __name__ == "__main__":
    unittest.main()
