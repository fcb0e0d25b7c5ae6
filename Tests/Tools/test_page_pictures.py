"""Searching by a picture of one's own."""

import json
import unittest

from page_case import CARDS, PageCase


class PictureSearchTests(PageCase):
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

    def test_a_dropped_picture_is_searched_by(self):
        self.search_by_picture("""
            const drag = (name) => document.querySelector("#grid").dispatchEvent(
                new DragEvent(name, { dataTransfer: files, bubbles: true, cancelable: true }));
            drag("dragover");
            if (!document.body.classList.contains("dropping")) throw new Error("no frame to drop into");
            if (drag("drop")) throw new Error("left to the browser, which opens the file");
        """)
        self.assertFalse(self.value("document.body.classList.contains('dropping')"))

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


if __name__ == "__main__":
    unittest.main()
