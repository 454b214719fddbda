"""Rooms stay apart: proven by importing them in a fresh interpreter."""

import subprocess
import sys

import pytest


def loaded_after_importing(module: str) -> set[str]:
    code = (
        f"import sys, importlib, pkgutil\n"
        f"package = importlib.import_module('{module}')\n"
        f"for info in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        f"    if '.migrations' not in info.name: importlib.import_module(info.name)\n"
        f"print('\\n'.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return {name.split(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize("module", ["bot.helpdesk", "bot.knowledge"])
def test_core_loads_no_framework_when_imported(module: str):
    assert not loaded_after_importing(module) & {
        "rasa",
        "rasa_sdk",
        "tensorflow",
        "sanic",
        "sklearn",
        "spacy",
    }
