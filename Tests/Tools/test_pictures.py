"""Pictures in the terminal: the way of drawing that the terminal can, and none where there is none.

Plays terminals that name themselves in the environment, or answer when they are asked. Skips where
`vitrine` is not built or `chafa` is not installed.
"""

import contextlib
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import tempfile
import termios
import time
import unittest

from sample import VITRINE, index_few

QUESTION = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c"
WAYS = {"kitty": rb"\x1b_Ga=T", "iterm": rb"\x1b\]1337;File=", "sixels": rb"\x1bP[0-9;]*q",
        "symbols": b"\xe2\x96[\x80\x84]"}  # half blocks


@unittest.skipUnless(VITRINE.exists() and shutil.which("chafa"),
                     "pictures are not tested: vitrine is not built, or chafa not installed")
class PictureTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.index = index_few(cls.folder.name, 4)

    def converse(self, *lines, answer=b"", output=None, **environment):
        """What the REPL writes to a terminal, or while its output goes elsewhere, for these lines."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 90, 900, 600))  # 10 × 20 pixels
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm-256color",
                       "XDG_STATE_HOME": self.folder.name, **environment}
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, master)
            repl = subprocess.Popen(
                ["setsid", "--ctty", "--wait", VITRINE, "repl", "--index", self.index], stdin=slave,
                stdout=output or slave, stderr=slave, env=environment)
            stack.callback(repl.wait)
            stack.callback(repl.kill)
            os.close(slave)
            if output:
                os.write(master, b"".join(line + b"\n" for line in lines) + b":quit\n")
                deadline = time.monotonic() + 30
                while repl.poll() is None and time.monotonic() < deadline:
                    self.read(master, 0.05)
                return b""
            written, asked, waiting = b"", False, [*lines, b":quit"]
            deadline = time.monotonic() + 30
            while repl.poll() is None and time.monotonic() < deadline:
                written += self.read(master, 0.05)
                if not asked and QUESTION in written:
                    asked = True
                    os.write(master, answer)
                prompts = written.count(b"vitrine>")
                if waiting and prompts > len(lines) + 1 - len(waiting):
                    os.write(master, waiting.pop(0) + b"\r")
                    time.sleep(0.3)
            return written

    def read(self, master, seconds):
        if not select.select([master], [], [], seconds)[0]:
            return b""
        with contextlib.suppress(OSError):
            return os.read(master, 65536)
        return b""

    def ways(self, written):
        return {name for name, pattern in WAYS.items() if re.search(pattern, written)}

    def test_terminals_that_name_themselves_are_not_asked(self):
        for way, environment in {
            "kitty": {"TERM": "xterm-kitty"}, "iterm": {"TERM_PROGRAM": "iTerm.app"},
            "sixels": {"TERM": "foot"}, "symbols": {"COLORTERM": "truecolor", "TMUX": "/tmp/x"},
        }.items():
            written = self.converse(b"shirt", **environment)
            self.assertEqual(self.ways(written), {way}, (environment, written[-2000:]))
            self.assertNotIn(b"\x1b[c", written)

    def test_others_are_asked(self):
        for way, answer in {
            "kitty": b"\x1b_Gi=31;OK\x1b\\\x1b[?62;c", "sixels": b"\x1b[?62;4;22c",
            "symbols": b"\x1b[?64;1;2c",
        }.items():
            written = self.converse(b"shirt", answer=answer, COLORTERM="truecolor")
            self.assertEqual(self.ways(written), {way}, (answer, written[-2000:]))
            self.assertIn(QUESTION, written)
            self.assertIn(b"score", written)

    def test_who_does_not_answer_gets_characters_when_all_colours_show_or_they_are_asked_for(self):
        self.assertEqual(self.ways(self.converse(b"shirt")), set())
        self.assertEqual(self.ways(self.converse(b"shirt", COLORTERM="truecolor")), {"symbols"})
        self.assertEqual(self.ways(self.converse(b":set pictures on", b"shirt")), {"symbols"})
        self.assertEqual(self.ways(self.converse(b":set pictures off", b"shirt", TERM="xterm-kitty")), set())

    def test_sixels_have_the_shape_of_the_picture(self):
        written = self.converse(b"shirt", TERM="foot")
        sizes = re.findall(rb'\x1bP[0-9;]*q"1;1;(\d+);(\d+)', written)
        self.assertTrue(sizes, written[-2000:])
        for width, height in sizes:  # the sample's pictures are 3 : 4
            self.assertAlmostEqual(int(width) / int(height), 0.75, delta=0.08)

    def test_nothing_of_it_goes_into_a_file(self):
        for environment in {"TERM": "xterm-kitty"}, {"TERM": "foot"}, {"COLORTERM": "truecolor"}:
            with tempfile.TemporaryFile() as file:
                self.converse(b":set k 3", b"shirt", output=file, **environment)
                file.seek(0)
                text = file.read()
            self.assertIn(b"score", text)
            self.assertNotIn(b"\x1b", text)


if __name__ == "__main__":
    unittest.main()
