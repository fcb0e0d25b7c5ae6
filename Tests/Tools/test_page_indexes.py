"""Going from one index to another, and comparing two."""

import unittest

from page_case import CARDS, INDEXES, PageCase


class IndexTests(PageCase):
    def test_an_index_that_is_not_there_is_named(self):
        self.browser.open(self.address + "?index=attic&q=red+dress")
        self.browser.wait("document.querySelector('#count').textContent.includes('no index \"attic\"')")
        self.assertEqual(self.value("document.querySelectorAll('.card').length"), 0)
        offered = "[...document.querySelectorAll('#count a')].map(link => link.textContent)"
        self.assertCountEqual(self.value(offered), INDEXES)
        self.browser.click("#count a[href*='index=two']")
        self.browser.wait("location.search.includes('index=two') && location.search.includes('q=red+dress')")
        self.browser.wait(f"{CARDS}.length > 0")

    def test_an_index_to_compare_with_that_is_not_there_is_named(self):
        self.open("?index=one&compare=attic")
        self.browser.wait("document.querySelector('#count').textContent.includes('\"attic\" to compare with')")

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

    def test_what_an_attribute_cannot_be_asked_for_is_told_apart_from_what_is_not_there(self):
        self.open("?index=one&range={%22brand%22:[1,2],%22wings%22:[1,2]}&sort=title")
        self.assertIn('Left out, as "one" has no such attribute: wings. Left out, as "one" cannot be narrowed so '
                      'by: brand. Left out, as "one" cannot be ordered by: title.',
                      self.value("document.querySelector('#count').textContent"))

    def test_nothing_of_the_search_before_stays_after_an_error(self):
        self.open("?index=one&like=V1400")
        self.browser.wait("!document.querySelector('#more').hidden")
        self.change("#index", "bare")
        self.browser.wait("document.querySelector('#count').textContent.includes('no product')")
        self.expect_refusals()
        self.assertEqual(self.value("document.querySelectorAll('.card').length"), 0)
        self.assertTrue(self.value("document.querySelector('#more').hidden"))
        facets = "[...document.querySelectorAll('.facet summary')].map(summary => summary.title.split(':')[0]).join()"
        self.browser.wait(f"{facets} === 'manufacturer,price'")

    def test_two_indexes_stand_side_by_side(self):
        self.open("?index=one&q=red+dress")
        self.change("#compare", "two")
        self.browser.wait("document.querySelectorAll('#grid-right .card').length > 0")
        self.assertIn("in both", self.value("document.querySelector('#right-name').textContent"))
        alone = self.value("document.querySelectorAll('#grid .alone').length")
        both = int(self.value("document.querySelector('#left-name').textContent").split("·")[2].split()[0])
        self.assertEqual(alone + both, self.value(f"{CARDS}.length"))
        self.assertEqual(self.value("document.documentElement.scrollWidth <= innerWidth"), True)

    def test_what_the_other_index_lacks_is_told_beside_it(self):
        self.open("?index=one&compare=bare&filter=price+%3E+5&pick={%22brand%22:[%22Marlowe%22]}")
        self.browser.wait("document.querySelector('#right-name').textContent.includes('brand')")
        self.expect_refusals()
        self.assertTrue(self.value("document.querySelector('#filter-wrong').hidden"))
        self.assertEqual(self.value("document.querySelectorAll('#grid-right .card').length"), 0)


if __name__ == "__main__":
    unittest.main()
