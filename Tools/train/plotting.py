"""The training curve as a picture."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot


def plot(curve: list[dict[str, float]], path: Path) -> None:
    """Loss on the left, validation scores on the right, over epochs."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4))
    epochs = [point["epochs"] for point in curve]
    left.plot(epochs, [point["loss"] for point in curve], marker=".")
    left.set(title="training loss", xlabel="epochs")
    names = [key for key in curve[0] if key not in ("step", "minutes", "epochs", "loss")]
    for name in names:
        right.plot(epochs, [point[name] for point in curve], marker=".", label=name)
    right.set(title="validation", xlabel="epochs", ylim=(0, 1))
    right.grid(alpha=0.3)
    right.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=90)
    pyplot.close(figure)
