"""Tools/train: settings and catalogues that make no sense are refused in words, the others read.

The tests of batches skip where `torch` is not installed.
"""
import contextlib
import gzip
import importlib.util
import io
import pathlib
import sys
import tempfile
import unittest
from argparse import ArgumentTypeError

TRAIN = pathlib.Path(__file__).parents[2] / "Tools/train"
sys.path.insert(0, str(TRAIN))
from catalogue import Product, is_validation, parse_columns, read_catalogue, separator  # noqa: E402
from failure import Failure, bad_data, run  # noqa: E402
from recipe import Recipe, number  # noqa: E402

COLUMNS = parse_columns("id=sku,title=name,colour=tone")


class SettingTests(unittest.TestCase):
    def test_numbers_are_finite_and_within_limits(self):
        self.assertEqual(number(float)("1e-3"), 1e-3)
        self.assertEqual(number(int, 1)("7"), 7)
        for kind, least, text in ((float, 0, "nan"), (float, 0, "inf"), (float, 0, "-1"),
                                  (float, 0, "x"), (int, 1, "0"), (int, 1, "1.5")):
            with self.subTest(text), self.assertRaisesRegex(ArgumentTypeError, repr(text)):
                number(kind, least)(text)

    def test_heads_and_stages_are_pairs(self):
        self.assertEqual(Recipe(heads="type:0.5, kind:1").weights, {"type": 0.5, "kind": 1.0})
        self.assertEqual(Recipe(heads="").weights, {})
        self.assertEqual(Recipe(keep="0:0.25,0.5:1").kept(0.4), 0.25)
        for wrong in ({"heads": "type"}, {"heads": "type:nan"}, {"keep": ""}, {"keep": "0.5:1"},
                      {"keep": "0:2"}, {"keep": "0:1,0.5:1,0.2:1"}):
            with self.subTest(wrong), self.assertRaises(Failure) as caught:
                Recipe(**wrong)
            self.assertEqual(caught.exception.code, 64)

    def test_a_failure_is_one_line_and_a_code(self):
        def main():
            raise bad_data("a.csv: expected this,\n  found that")

        said = io.StringIO()
        with contextlib.redirect_stderr(said), self.assertRaises(SystemExit) as caught:
            run(main)
        self.assertEqual(caught.exception.code, 65)
        self.assertTrue(said.getvalue().endswith(": a.csv: expected this, found that\n"))


class CatalogueTests(unittest.TestCase):
    def read(self, data):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "products"
            path.write_bytes(data)
            return read_catalogue(path, COLUMNS)

    def test_separators_marks_and_compression_are_found_from_the_content(self):
        expected = [Product("1", "Red, plain shirt", {"colour": "Red"})]
        rows = ('sku;name;tone\n1;Red, plain shirt;Red\n',
                'sku\tname\ttone\r\n1\tRed, plain shirt\tRed\r\n',
                'sku|name|tone\r1|Red, plain shirt|Red\r',
                '\n"sku" ,name,"tone"\n1,"Red, plain shirt",Red\n',
                '{"sku": 1, "name": "Red, plain shirt", "tone": "Red"}\n\n')
        for text in rows:
            for data in (text.encode(), text.encode("utf-8-sig"), gzip.compress(text.encode())):
                with self.subTest(data=data):
                    self.assertEqual(self.read(data), expected)
        self.assertEqual(separator('"a;b;c",d'), ",")

    def test_what_is_no_catalogue_is_refused(self):
        row = "sku,name\n1,Shirt\n"
        for data, words in ((b"", "found none among 0"), (b"sku,title\n1,Shirt\n", "'name'"),
                            (row.encode("utf-16"), "expected UTF-8"),
                            (gzip.compress(row.encode())[:-9], "ended before"),
                            (b'[{"sku": 1}]', "found an array"), (b'{"sku": 1\n', ":1: not a JSON"),
                            (b'{"sku": 1}\n\n{x}\n', ":3: not a JSON")):
            with self.subTest(data), self.assertRaisesRegex(Failure, words) as caught:
                self.read(data)
            self.assertEqual(caught.exception.code, 65)

    def test_columns_name_an_id_and_a_title(self):
        for text in ("id=sku", "id=sku,title", ""):
            with self.subTest(text), self.assertRaisesRegex(Failure, "--columns") as caught:
                parse_columns(text)
            self.assertEqual(caught.exception.code, 64)


@unittest.skipUnless(importlib.util.find_spec("torch"),
                     "training's batches are not tested: torch is not installed")
class BatchTests(unittest.TestCase):
    TITLES = [f"Shirt {i}" for i in range(60)]
    HELD_OUT = [title for title in TITLES if is_validation(title)]
    TRAINED = [title for title in TITLES if not is_validation(title)]

    def dataset(self, titles, ids=None):
        import numpy
        from captions import Vocabulary
        from dataset import Dataset
        products = [Product(str(i), title) for i, title in enumerate(titles)]
        ids = [product.id for product in products] if ids is None else ids
        pixels = numpy.zeros((len(ids), 8, 8, 3), numpy.uint8)
        data = Dataset(products, pixels, ids, Vocabulary.of(products, None))
        data.check_training()
        return data

    def test_a_batch_is_no_larger_than_what_there_is(self):
        batches = self.dataset(self.TITLES).batches(1000, 1.0, 1.0, 0.0, 1)
        for _ in range(2):
            self.assertEqual(len(next(batches).captions), len(self.TRAINED))

    def test_what_nothing_can_be_learned_from_is_refused(self):
        for titles, ids, words in (
            (self.TITLES, ["x"], "--images: expected .* 'x'"),
            (self.TRAINED, None, "of which none is"),
            (self.HELD_OUT, None, "all of them held out"),
            (self.HELD_OUT + 5 * self.TRAINED[:1], None, "in 5 pictures"),
        ):
            with self.subTest(words), self.assertRaisesRegex(Failure, words) as caught:
                self.dataset(titles, ids)
            self.assertEqual(caught.exception.code, 65)


if __name__ == "__main__":
    unittest.main()
