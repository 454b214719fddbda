"""Trains Rasa's stock pipeline in a folder and ranks the questions of ``asked.json`` there, as JSON."""

import asyncio
import json
import sys
from pathlib import Path


def main(folder: Path) -> None:
    """Train and rank; the last line printed is a list of rankings."""
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    model = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder))
    agent = Agent.load(model)
    asked = json.loads((folder / "asked.json").read_text())
    parsed = [asyncio.run(agent.parse_message(text)) for text in asked]
    rankings = [
        [each["name"] for each in result["intent_ranking"] if each["name"] != "nlu_fallback"]
        for result in parsed
    ]
    print(json.dumps(rankings))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
