#!/usr/bin/env python3
"""Takes the picture of the REPL that the README shows: a real one, in a real terminal.

    python3 Tools/docs/screen.py OUT.png [--index Indexes/sample] LINE...

Starts `vitrine repl` in tmux, types the lines, and draws the screen as it is then. Needs tmux,
chafa, Pillow and the font DejaVu Sans Mono.
"""

import argparse
import pathlib
import re
import shlex
import subprocess
import tempfile
import time

from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono{}.ttf"
SIZE = 15
BACK, FORE, DIM = (24, 26, 32), (214, 216, 222), (140, 144, 156)
PALETTE = {31: (224, 108, 117), 32: (152, 195, 121), 33: (229, 192, 123), 36: (86, 182, 194)}


def capture(options, state):
    """The screen after all lines, as text with escape codes."""
    tmux = ["tmux", "-u", "-S", f"{state}/tmux"]
    command = (f"env TERM=xterm-256color COLORTERM=truecolor LC_ALL=C.UTF-8 XDG_STATE_HOME={state} "
               f"{shlex.quote(str(options.vitrine))} repl --index {shlex.quote(options.index)}")
    size = ["-x", str(options.columns), "-y", str(options.rows)]
    subprocess.run([*tmux, "-f", "/dev/null", "new-session", "-d", *size, command], check=True)
    try:
        time.sleep(3)
        for line in options.lines:
            subprocess.run([*tmux, "send-keys", "-l", line], check=True)
            subprocess.run([*tmux, "send-keys", "Enter"], check=True)
            time.sleep(2)
        return subprocess.run([*tmux, "capture-pane", "-p", "-e"], check=True, text=True,
                              capture_output=True).stdout
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)


class Pen:
    """The colours and weight that escape codes ask for."""

    def __init__(self):
        self.fore, self.back = FORE, BACK
        self.bold = self.dim = self.under = self.swapped = False

    def obey(self, codes):
        codes = [int(code or 0) for code in codes.split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.__init__()
            elif code in (1, 2, 4, 7):
                setattr(self, {1: "bold", 2: "dim", 4: "under", 7: "swapped"}[code], True)
            elif code in (38, 48) and codes:
                colour = self.colour(codes)
                setattr(self, "fore" if code == 38 else "back", colour)
            elif code in PALETTE:
                self.fore = PALETTE[code]
            elif code == 39:
                self.fore = FORE
            elif code == 49:
                self.back = BACK

    @staticmethod
    def colour(codes):
        if codes.pop(0) == 2:
            return tuple(codes.pop(0) for _ in range(3))
        index = codes.pop(0)
        if index >= 232:
            return (8 + (index - 232) * 10,) * 3
        levels = (0, 95, 135, 175, 215, 255)
        index = max(index - 16, 0)
        return tuple(levels[index // step % 6] for step in (36, 6, 1))

    def pair(self):
        fore = DIM if self.dim else self.fore
        return (self.back, fore) if self.swapped else (fore, self.back)


def draw(screen, columns):
    fonts = {bold: ImageFont.truetype(FONT.format("-Bold" if bold else ""), SIZE)
             for bold in (False, True)}
    width = round(fonts[False].getlength("M"))
    height = round(width * 2.05)
    lines = screen.rstrip("\n").split("\n")
    while lines and not re.sub(r"\x1b\[[0-9;]*m", "", lines[-1]).strip():
        lines.pop()
    margin = 14
    size = (columns * width + 2 * margin, len(lines) * height + 2 * margin)
    image = Image.new("RGB", size, BACK)
    canvas, pen = ImageDraw.Draw(image), Pen()
    for row, line in enumerate(lines):
        x, y = margin, margin + row * height
        for escape, character in re.findall(r"\x1b\[([0-9;]*)m|(.)", line):
            if not character:
                pen.obey(escape)
                continue
            fore, back = pen.pair()
            if back != BACK:
                canvas.rectangle([x, y, x + width - 1, y + height - 1], fill=back)
            canvas.text((x, y + 1), character, font=fonts[pen.bold], fill=fore)
            if pen.under:
                canvas.line([x, y + height - 4, x + width - 1, y + height - 4], fill=fore)
            x += width
    return image


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("out", type=pathlib.Path)
    arguments.add_argument("lines", nargs="+")
    arguments.add_argument("--index", default="Indexes/sample")
    arguments.add_argument("--columns", type=int, default=100)
    arguments.add_argument("--rows", type=int, default=48)
    arguments.add_argument("--vitrine", type=pathlib.Path, default=root / ".build/release/vitrine")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as state:
        screen = capture(options, state)
    draw(screen, options.columns).quantize(128).save(options.out, optimize=True)


if __name__ == "__main__":
    main()
