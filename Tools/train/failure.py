"""Why a run ends: one line and the exit codes that `vitrine` has, instead of a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


class Failure(Exception):
    """What went wrong, where, what was expected and what was found."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def usage(message: str) -> Failure:
    """The request makes no sense."""
    return Failure(message, 64)


def bad_data(message: str) -> Failure:
    """The data are bad."""
    return Failure(message, 65)


def run(main: Callable[[], None]) -> None:
    """Runs a script to its end, or to the line that says why it has none."""
    try:
        main()
        return
    except Failure as error:
        message, code = str(error), error.code
    except OSError as error:
        message, code = f"{error.filename}: {error.strerror}" if error.filename else str(error), 1
    except KeyboardInterrupt:
        message, code = "stopped", 130
    # Messages that libraries had a part in may have several lines.
    print(f"{os.path.basename(sys.argv[0])}: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(code)
