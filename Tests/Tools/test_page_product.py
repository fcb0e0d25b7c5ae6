"""A product up close, and the way on from it."""

import json
import unittest

from page_case import CARDS, FIRST, PageCase


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

    def test_actions_and_score_stand_before_the_attributes(self):
        for width, height in ((1360, 900), (390, 800)):
            self.browser.size(width, height)
            self.open("?index=wide&q=red")
            self.browser.click(".card")
            self.browser.wait("document.querySelector('#detail').open")
            self.assertTrue(self.value("""(() => {
                const at = (selector) => document.querySelector(selector).getBoundingClientRect();
                const end = at("#detail").bottom;
                return at("#like").bottom < end && at("#but").bottom < end && at("#explain").bottom < end
                    && at("#explain").bottom < at("#detail-attributes").top
                    && document.querySelectorAll("#detail-attributes dt").length > 30
                    && document.querySelector("#detail").scrollWidth <= document.querySelector("#detail").clientWidth;
            })()"""), width)

    def test_a_walk_that_comes_late_is_not_shown(self):
        self.open("?index=one&q=red+dress")
        self.browser.click(".card")
        self.browser.wait("document.querySelector('#detail').open")
        self.value("""(() => {
            const real = fetch;
            window.walks = 0;
            window.fetch = async (path, options) => {
                if (!path.includes("/recommend")) return real(path, options);
                await new Promise((resolve) => setTimeout(resolve, path.includes("darker") ? 500 : 100));
                return real(path, options).finally(() => walks += 1);
            };
        })()""")
        self.value("document.querySelectorAll('.pill')[0].click()")
        self.value("document.querySelectorAll('.pill')[1].click()")
        self.browser.wait("walks === 2")
        self.assertIn("lighter", self.value("document.querySelector('#walk-note').textContent"))
        self.value("document.querySelectorAll('.pill')[0].click()")
        self.browser.press("ArrowRight")
        self.browser.wait("walks === 3")
        self.assertTrue(self.value("document.querySelector('#walk-note').hidden"))
        self.assertEqual(self.value("document.querySelectorAll('#walk .card').length"), 0)

    def test_an_id_that_no_address_can_hold_is_told(self):
        self.open("?index=wide&sort=cost")
        self.assertEqual(self.value(f"{CARDS}[0].dataset.id"), "..")
        self.browser.click(".card")
        self.browser.wait("document.querySelector('#detail').open")
        self.browser.click(".pill")
        self.browser.wait("document.querySelector('#walk-note').textContent.includes('id is \"..\"')")
        self.browser.click("#like")
        self.browser.wait("location.search.includes('like=..')")
        self.browser.wait(f"{CARDS}.length > 1")


if __name__ == "__main__":
    unittest.main()
