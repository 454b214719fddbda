"""Keeps arrays in ``.npz`` files, without pickle, and several things' arrays side by side in one."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.files import replacing

Arrays = dict[str, NDArray[Any]]


def save_arrays(file: Path, arrays: Arrays) -> None:
    """Write ``file`` so that a reader sees either the old one or the whole new one. OSError."""
    with replacing(file) as stream:
        np.savez(stream, **arrays)  # type: ignore[arg-type]


def load_arrays(file: Path) -> Arrays:
    """Read what ``save_arrays`` wrote. OSError, ValueError, KeyError or BadZipFile when it is not whole."""
    with np.load(file, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def under(name: str, arrays: Arrays) -> Arrays:
    """The same arrays, named so that they can stand beside others: ``<name>_<array>``."""
    return {f"{name}_{key}": value for key, value in arrays.items()}


def of(name: str, arrays: Arrays) -> Arrays:
    """Those that ``under`` named so, by their own names."""
    start = f"{name}_"
    return {key.removeprefix(start): value for key, value in arrays.items() if key.startswith(start)}
