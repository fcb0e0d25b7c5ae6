"""Small screens, dark ones, and long words."""

import unittest

from page_case import CARDS, PRICES, PageCase


class LooksTests(PageCase):
    def test_a_telephone_shows_chips_without_scrolling_sideways(self):
        self.browser.size(390, 800)
        for query in ("like=V1113", "q=dress&q=a+long+one+that+is+red+and+dotted+for+an+evening+in+the+theatre^0.5"):
            self.open(f"?index=one&{query}")
            self.browser.wait("[...document.querySelectorAll('.chip .label')].at(-1).textContent.length > 10")
            self.assertLessEqual(self.value("document.documentElement.scrollWidth"), 390, query)

    def test_a_telephone_shows_products_first_and_filters_when_asked(self):
        self.browser.size(390, 844)
        self.open("?index=one&q=dress&filter=price+%3C+60")
        shown = "document.querySelector('#facets').checkVisibility()"
        self.assertFalse(self.value(shown))
        self.assertLess(self.value(f"{CARDS}[0].getBoundingClientRect().top"), 844 / 3)
        self.assertEqual(self.value("document.querySelector('#narrowing').textContent"), "Filters · 1")
        self.browser.click("#narrowing")
        self.browser.wait(shown)
        self.browser.click("#narrowing")
        self.browser.wait(f"!({shown})")
        self.browser.open(f"{self.address}?index=one&filter=pric+%3C+60")
        self.browser.wait("document.querySelector('#filter-wrong').checkVisibility()")
        self.expect_refusals()
        self.value("document.querySelector('#filter').value = 'price < 60'")
        self.value("document.querySelector('#narrow').requestSubmit()")
        self.browser.wait(f"{CARDS}.length > 0")
        self.browser.wait(f"!({shown})")
        self.browser.size(1360, 900)
        self.assertFalse(self.value("document.querySelector('#narrowing').checkVisibility()"))

    def test_a_telephone_shows_facets_below_each_other_and_chosen_ones_first(self):
        self.browser.size(390, 844)
        facets = "[...document.querySelectorAll('.facet')]"
        self.open("?index=one&range={%22price%22:[10,60]}")
        self.browser.click("#narrowing")
        names = self.value(f"{facets}.map(facet => facet.querySelector('summary').title.split(':')[0])")
        self.assertEqual(names[0], "price")
        self.assertEqual(self.value(f"{facets}.map(facet => facet.open)"), [True] + [False] * (len(names) - 1))
        self.assertEqual(self.value(f"new Set({facets}.map(facet => facet.getBoundingClientRect().left)).size"), 1)
        self.value(f"{facets}.at(-1).querySelector('summary').click()")
        self.value(f"{facets}.at(-1).querySelector('button, input').click()")
        self.assertEqual(self.value(f"{facets}.map(facet => facet.querySelector('summary').title.split(':')[0])"),
                         names)

    def test_only_where_there_is_a_mouse_the_search_box_has_the_focus(self):
        self.open("?index=one")
        self.assertEqual(self.value("document.activeElement.id === 'text'"),
                         self.value("matchMedia('(hover: hover)').matches"))

    def test_a_small_screen_shows_everything_without_scrolling_sideways(self):
        self.browser.size(360, 740)
        self.open("?index=one&q=red+dress")
        self.assertTrue(self.value("document.documentElement.scrollWidth <= innerWidth"))

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


if __name__ == "__main__":
    unittest.main()
