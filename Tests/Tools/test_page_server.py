"""The page and its server: keys, absence, and that no other is asked."""

import http.client
import unittest

from page_case import CARDS, PageCase


class ServerTests(PageCase):
    def test_a_server_with_keys_is_opened_with_one(self):
        _, address = self.serve("one", VITRINE_API_KEYS="read:a key; of 16 chars")
        self.browser.open(address)
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
        _, address = self.serve("one", VITRINE_API_KEYS="read:another key of 20 chars")
        self.browser.open(address)
        self.browser.wait("document.querySelector('#key').open")
        self.browser.press("Escape")
        self.browser.wait("document.querySelector('#count').textContent.includes('needs an API key')")
        self.browser.click("#search button")
        self.assertNotIn("refused", self.value("document.querySelector('#key-note').textContent"))
        self.give_key("a key that is not it")
        self.browser.wait("document.querySelector('#key-note').textContent.includes('refused')")
        self.give_key("another key of 20 chars")
        self.browser.wait(f"{CARDS}.length > 0")

    def test_more_and_walks_ask_for_a_key_and_go_on(self):
        _, address = self.serve("one", VITRINE_API_KEYS="read:a third key of 20 chars")
        for button, found in (("#more", f"{CARDS}.length === 48"),
                              (".pill", "document.querySelectorAll('#walk .card').length > 0")):
            self.browser.open(f"{address}?index=one&q=dress")
            self.give_key("a third key of 20 chars")
            self.browser.wait(f"{CARDS}.length === 24")
            if button == ".pill":
                self.browser.click(".card")
                self.browser.wait("document.querySelector('#detail').open")
            self.value("document.cookie = 'vitrine-key=; path=/; max-age=0'")
            self.browser.click(button)
            self.give_key("a third key of 20 chars")
            self.browser.wait(found)
            self.value("document.cookie = 'vitrine-key=; path=/; max-age=0'")

    def test_a_server_that_is_gone_is_told_of(self):
        server, address = self.serve("one")
        self.browser.open(address)
        self.browser.wait(f"{CARDS}.length > 0")
        server.terminate()
        server.wait()
        self.change("#sort", "price")
        self.browser.wait("document.querySelector('#count').textContent.includes('cannot be reached')")
        self.expect_refusals()
        self.assertEqual(self.value(f"{CARDS}.length"), 0)

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
