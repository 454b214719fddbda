"""Trains Rasa's stock pipeline in a folder, a round at a time, and ranks the questions of ``asked.json``."""

import asyncio
import json
import sys
from pathlib import Path


def main(folder: Path, rounds: int) -> None:
    """Print a list of rankings, as a line of JSON, after every round of the epochs in ``config.yml``."""
    from rasa.model_training import train_nlu

    asked = json.loads((folder / "asked.json").read_text())
    model = None
    for _ in range(rounds):
        model = train_nlu(
            str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder), model_to_finetune=model
        )
        print(json.dumps(_rankings(model, asked)), flush=True)


def _rankings(model: str, asked: list[str]) -> list[list[str]]:
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    parsed = [asyncio.run(agent.parse_message(text)) for text in asked]
    return [
        [each["name"] for each in result["intent_ranking"] if each["name"] != "nlu_fallback"]
        for result in parsed
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
