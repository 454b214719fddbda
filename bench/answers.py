"""How long a visitor waits for the bot: from ``send`` to its ``update`` over the WebSocket.

Questions are example questions of the knowledge base, drawn with a fixed seed, asked one after the other in
fresh conversations of a whole running service. Twenty warm-up questions are not counted.
"""

import argparse
import asyncio
import json
import random
import time
from pathlib import Path

import requests
import websockets
import yaml

from bench.running import Service, running
from bench.spread import spread_ms
from bot.cli.environments import ROOT

WARM_UP = 20
#: A conversation asks this many questions before a new one begins: under the message rate limit.
PER_CONVERSATION = 5
WAIT_SECONDS = 30.0


def questions(count: int, folder: Path = ROOT / "data" / "measures") -> list[str]:
    """``count`` example questions, the same each time."""
    found = [
        question
        for file in sorted(folder.glob("*.yml"))
        for measure in yaml.load(file.read_text(), Loader=yaml.CSafeLoader)["measures"]
        for point in measure["points"]
        for question in point["questions"]
    ]
    return random.Random(20230222).sample(found, count)


async def _ask(socket: websockets.ClientConnection, text: str, number: int) -> tuple[float, str]:
    """Seconds from send to the bot's update, and the update's kind."""
    begun = time.perf_counter()
    await socket.send(json.dumps({"type": "send", "client_message_id": f"bench-{number}", "text": text}))
    while True:
        frame = json.loads(await asyncio.wait_for(socket.recv(), WAIT_SECONDS))
        if frame["type"] == "error":
            raise RuntimeError(frame["error"]["message"])
        if frame["type"] == "update" and frame["update"]["sender"]["kind"] == "bot":
            return time.perf_counter() - begun, frame["update"]["kind"]


async def _conversation(service: Service, texts: list[str], first: int) -> list[tuple[float, str]]:
    reply = await asyncio.to_thread(
        requests.post,
        f"{service.url}/api/visitor/conversations",
        json={"channel": "widget", "district": "jiading"},
        timeout=10,
    )
    reply.raise_for_status()
    address = f"{service.url.replace('http', 'ws')}/api/visitor/ws?token={reply.json()['token']}"
    async with websockets.connect(address) as socket:
        await socket.send(json.dumps({"type": "resume", "after": 0}))
        return [await _ask(socket, text, first + index) for index, text in enumerate(texts)]


async def measure(service: Service, count: int) -> list[tuple[float, str]]:
    """Ask ``count`` questions after the warm-up."""
    texts = questions(count + WARM_UP)
    results: list[tuple[float, str]] = []
    for start in range(0, len(texts), PER_CONVERSATION):
        results += await _conversation(service, texts[start : start + PER_CONVERSATION], start)
    return results[WARM_UP:]


def main(arguments: list[str]) -> int:
    """Run against a fresh service; print the table and the JSON line."""
    parser = argparse.ArgumentParser(prog="./bangban bench answers")
    parser.add_argument("--count", type=int, default=200)
    count = parser.parse_args(arguments).count
    with running() as service:
        results = asyncio.run(measure(service, count))
    kinds = {kind: sum(1 for _, k in results if k == kind) for _, kind in results}
    figures = {"questions": len(results), **spread_ms([seconds for seconds, _ in results]), "kinds": kinds}
    for name, value in figures.items():
        print(f"{name:<12} {value}")
    print(json.dumps({"bench": "answers", **figures}, ensure_ascii=False))
    return 0
