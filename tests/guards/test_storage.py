"""Nothing that is saved can run code when it is read."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(file for room in ("bot", "actions", "bench") for file in (ROOT / room).rglob("*.py"))
UNSAFE = re.compile(
    r"^\s*(import|from)\s+(pickle|cPickle|dill|joblib|cloudpickle|shelve|marshal)\b|allow_pickle=True"
    r"|yaml\.(load|load_all)\((?!.*Loader=yaml\.C?SafeLoader)",
    re.M,
)


@pytest.mark.parametrize(
    "line", ["import pickle", "from joblib import load", "np.load(f, allow_pickle=True)", "yaml.load(f)"]
)
def test_guard_sees_an_unsafe_line(line):
    assert UNSAFE.search(line)


def test_nothing_is_saved_or_read_in_a_form_that_can_run_code():
    assert SOURCES
    assert not [str(file.relative_to(ROOT)) for file in SOURCES if UNSAFE.search(file.read_text("utf-8"))]
