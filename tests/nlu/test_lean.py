import subprocess
import sys

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.engine.storage import local_model_storage
from tarsafe import TarSafe

from bot.nlu.lean import TensorFlowLeftOut, check_schema_once, pack_quickly

#: What gzip writes into a file's head (RFC 1952, XFL) when it was packed with the fastest algorithm.
GZIPS_FASTEST = 4

CHECK = """
from bot.nlu.lean import leave_out_tensorflow
leave_out_tensorflow()
import sys, rasa.server, rasa.nlu.classifiers.diet_classifier
assert not hasattr(sys.modules["tensorflow"], "__file__")
assert not any(name.startswith("tensorflow.python") for name in sys.modules)
print("left out")
"""


def test_rasas_server_is_imported_without_tensorflow_when_it_is_left_out():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CHECK], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "left out", done.stderr


def test_component_says_what_it_lacks_when_it_needs_tensorflow():
    from rasa.utils.tensorflow.models import RasaModel

    with pytest.raises(TensorFlowLeftOut, match="RasaModel"):
        RasaModel()


@pytest.fixture
def answer_check(monkeypatch: pytest.MonkeyPatch):
    """How an answer of the action server is checked, once it is done with one validator."""
    monkeypatch.setattr(RemoteAction, "_validate_action_result", RemoteAction._validate_action_result)
    check_schema_once()
    return RemoteAction("action_search", None)._validate_action_result


def test_answer_of_the_action_server_is_taken_when_it_is_well_formed(answer_check):
    event = {"event": "slot", "name": "shown", "value": []}
    assert answer_check({"events": [event], "responses": [{"text": "好"}]})


@pytest.mark.parametrize("answer", [{"events": [{"event": "nonsense"}]}, {"responses": "好"}, []])
def test_answer_of_the_action_server_is_refused_when_it_is_malformed(answer_check, answer):
    with pytest.raises(ValidationError):
        answer_check(answer)


def test_model_is_packed_quickly_and_opens_as_before(tmp_path, monkeypatch):
    monkeypatch.setattr(local_model_storage, "TarSafe", local_model_storage.TarSafe)
    pack_quickly()
    (tmp_path / "part").write_bytes(bytes(range(256)) * 64)
    package = tmp_path / "model.tar.gz"
    with local_model_storage.TarSafe.open(package, "w:gz") as tar:
        tar.add(tmp_path / "part", arcname="part")
    assert package.read_bytes()[8] == GZIPS_FASTEST
    with TarSafe.open(package, "r:gz") as tar:
        assert tar.extractfile("part").read() == bytes(range(256)) * 64
