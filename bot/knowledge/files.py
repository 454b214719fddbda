"""Writes files that other processes read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(file: Path) -> Iterator[BinaryIO]:
    """A stream to write ``file`` anew: a reader sees either the old file or the whole new one. OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            yield stream
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def replace_file(file: Path, content: bytes) -> None:
    """Write ``file`` anew, as ``replacing`` does."""
    with replacing(file) as stream:
        stream.write(content)
