"""Rasa without what this project does not use of it.

Rasa imports TensorFlow and Matplotlib when it starts, for components that this project's pipeline does not
have (DIET, TED, ResponseSelector …) and for plots. Both together cost some 390 MB of resident memory and most
of the starting time. :func:`leave_out_tensorflow` puts placeholders in their place: Rasa's modules can be
imported, and a component that really needs TensorFlow says so when it is made.

Rasa checks each answer of the action server against a schema, and each time the schema itself first: half of
the time that a message takes. :func:`check_schema_once` leaves the first check out.

Rasa packs a model with the hardest compression: a third of the time after one corrected answer, for one
percent of the size. :func:`pack_quickly` takes the lightest.

``python -m bot.nlu.lean run …`` is ``rasa run …``, in every other way.
"""

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from typing import Any

LEFT_OUT = frozenset(
    {"tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras", "matplotlib"}
)
PACKING = 1


class TensorFlowLeftOut(RuntimeError):
    """A component that needs TensorFlow was to be made in a process that left it out."""


class _Placeholder(type):
    """The type of everything found in a module left out: it can be named, subclassed and used to decorate."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if not cls.__dict__.get("placeholder"):
            raise TensorFlowLeftOut(
                f"{cls.__module__}.{cls.__name__} needs TensorFlow, which bot/nlu/lean.py leaves out. "
                "Start Rasa as `rasa` instead of `python -m bot.nlu.lean`."
            )
        return args[0] if len(args) == 1 and not kwargs and callable(args[0]) else cls


def _placeholder(name: str) -> Any:
    return _Placeholder(name, (), {"placeholder": True})


class _Module(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules left out, and modules within them, before Python looks for the real ones."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in LEFT_OUT:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run."""


def leave_out_tensorflow() -> None:
    """Call before the first import of ``rasa``. Without effect where TensorFlow is imported already."""
    if "tensorflow" in sys.modules:
        return
    sys.modules["tensorflow"] = None  # type: ignore[assignment]  # thinc looks whether there is a TensorFlow
    import spacy  # noqa: F401

    del sys.modules["tensorflow"]
    sys.meta_path.insert(0, _Finder())


def check_schema_once() -> None:
    """Check the action server's answers with one validator. ValidationError for a malformed one."""
    from jsonschema.validators import validator_for
    from rasa.core.actions.action import RemoteAction

    schema = RemoteAction.action_response_format_spec()
    validator_for(schema).check_schema(schema)
    validator = validator_for(schema)(schema)

    def validate(action: RemoteAction, result: dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = validate


def pack_quickly() -> None:
    """Pack models with gzip's level 1."""
    from rasa.engine.storage import local_model_storage
    from tarsafe import TarSafe

    class QuickTar(TarSafe):  # type: ignore[misc]
        @classmethod
        def gzopen(cls, *args: Any, **kwargs: Any) -> Any:
            return super().gzopen(*args, **{"compresslevel": PACKING} | kwargs)

    local_model_storage.TarSafe = QuickTar


def lighten() -> None:
    """All for a process that answers, before the first import of ``rasa``."""
    leave_out_tensorflow()
    check_schema_once()


if __name__ == "__main__":
    lighten()
    from rasa.__main__ import main

    main()
