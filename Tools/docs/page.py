#!/usr/bin/env python3
"""Takes the pictures of the page that the README shows: a search, and one product up close.

    python3 Tools/docs/page.py INDEX PAGE.jpg PRODUCT.jpg

Starts `vitrine serve` and looks at it with Chromium.
"""

import argparse
import contextlib
import pathlib
import re
import subprocess

from browser import Browser

CARDS = "document.querySelectorAll('{} .card').length > 3"


@contextlib.contextmanager
def serving(vitrine, index):
    """The address of a server of the index."""
    server = subprocess.Popen([vitrine, "serve", "--port", "0", "--index", f"sample={index}"],
                              stderr=subprocess.PIPE, text=True)
    try:
        yield re.search(r"http://[^/]+/", server.stderr.readline())[0]
    finally:
        server.terminate()
        server.wait()


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("index")
    arguments.add_argument("page")
    arguments.add_argument("product")
    arguments.add_argument("--vitrine", default=root / ".build/release/vitrine")
    options = arguments.parse_args()
    with serving(options.vitrine, options.index) as address, Browser(1280, 860) as browser:
        browser.open(f"{address}?q=red+dress&range=%7B%22price%22%3A%5Bnull%2C120%5D%7D")
        browser.wait(CARDS.format("#grid"))
        browser.run("document.activeElement.blur()")
        browser.picture(options.page, "jpeg", 82)
        browser.dark(True)
        browser.size(1280, 1150)
        browser.click("#grid .card")
        browser.click(".pill")
        browser.wait("document.querySelectorAll('#walk .card').length > 0")
        browser.picture(options.product, "jpeg", 82)


if __name__ == "__main__":
    main()
