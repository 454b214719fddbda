import subprocess
import sys

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction

from bot.nlu.lean import TensorFlowLeftOut, check_schema_once

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
