"""Trains the model, as ``rasa train`` does."""

from pathlib import Path

from bot.nlu.lean import leave_out_tensorflow, pack_quickly


def train_model(root: Path, output: Path, anew: bool = False) -> Path:
    """Train what changed in the project in ``root``, or all ``anew``; the new model's file in ``output``.

    RuntimeError when Rasa gives no model; whatever a component raises otherwise.
    """
    leave_out_tensorflow()
    pack_quickly()
    from rasa.api import train

    result = train(
        domain=str(root / "domain.yml"), config=str(root / "config.yml"), training_files=[str(root / "data")],
        output=str(output), force_training=anew, fixed_model_name=None,
    )  # fmt: skip
    if result.code or not result.model:
        raise RuntimeError(f"Rasa gave no model (code {result.code}).")
    return Path(result.model)
