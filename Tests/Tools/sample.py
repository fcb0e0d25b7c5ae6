"""An index of the first products of the sample catalogue, for tests of the built `vitrine`."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
VITRINE = ROOT / ".build/release/vitrine"


def index_few(folder, count):
    """The path of an index of `count` products in `folder`."""
    catalogue = ROOT / "Tools/sample-catalogue"
    rows = (catalogue / "catalogue.csv").read_text().splitlines(keepends=True)[:count + 1]
    few = pathlib.Path(folder) / "few.csv"
    few.write_text("".join(rows))
    index = few.with_suffix("")
    subprocess.run([VITRINE, "index", few, "--images", catalogue, "--index", index],
                   check=True, capture_output=True)
    return index
