"""What a component's result depends on beside its own class, for Rasa's decision what to train anew."""

import hashlib
import inspect
from types import ModuleType


def source_digest(*modules: ModuleType) -> str:
    """A digest of the modules' source text. OSError when it cannot be read."""
    digest = hashlib.sha256()
    for module in modules:
        digest.update(inspect.getsource(module).encode() + b"\0")
    return digest.hexdigest()
