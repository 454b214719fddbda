"""``python -m bot.cli.train``: checks the knowledge base, then trains the model if anything changed."""

import argparse
import contextlib
import io
import os
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

from bot.cli.environments import ROOT, digest_of, model_is_current, model_sources, model_stamp
from bot.knowledge import KnowledgeError, load_knowledge

KEPT = 2  # models left in the folder: the new one and the one before


def main(arguments: list[str]) -> int:
    """0 when the model is up to date, 1 with a sentence when it could not be made."""
    options = argparse.ArgumentParser(prog="bot.cli.train")
    options.add_argument("--model", type=Path, default=ROOT / "models", help="模型放在哪个文件夹")
    options.add_argument("--force", action="store_true", help="没有变化也重新训练")
    choice = options.parse_args(arguments)
    try:
        kb = load_knowledge(ROOT / "data" / "measures")
    except KnowledgeError as error:
        print(f"知识库有 {len(error.problems)} 处问题，改好再训练：\n{error}", file=sys.stderr)
        return 1
    points = sum(len(measure.points) for measure in kb.measures.values())
    print(f"知识库没有问题：{len(kb.measures)} 条举措，{points} 个要点。")
    return _train(choice.model, choice.force)


def _train(folder: Path, force: bool) -> int:
    digest = digest_of(model_sources())
    if not force and model_is_current(folder):
        print("没有变化，模型不用重新训练。")
        return 0
    print("训练模型……（第一次约两三分钟，只改了答案约半分钟）", flush=True)
    started = time.monotonic()
    os.chdir(ROOT)  # Rasa keeps its cache beside the project, and the pipeline's folders are relative to it
    log = io.StringIO()
    try:
        with _silenced(log):
            from bot.nlu.training import train_model

            model = train_model(ROOT, folder, force)
        model_stamp(folder).write_text(digest)
    except OSError as error:
        place = error.filename or folder
        print(f"模型写不下来：{error.strerror}（{place}）。请检查磁盘空间和权限。", file=sys.stderr)
        return 1
    except Exception as error:
        print(f"训练没有成功：{error}\n{_tail(log)}", file=sys.stderr)
        return 1
    _remove_old(folder)
    print(f"训练好了：{model.name}，用了 {time.monotonic() - started:.0f} 秒。")
    return 0


def _remove_old(folder: Path) -> None:
    models = sorted(folder.glob("*.tar.gz"), key=lambda file: file.stat().st_mtime)
    for model in models[:-KEPT]:
        model.unlink()


@contextlib.contextmanager
def _silenced(log: io.StringIO) -> Iterator[None]:
    """Nothing but our own words on the terminal; what the libraries say goes to ``log``."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    with warnings.catch_warnings(), contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
        warnings.simplefilter("ignore")
        yield


def _tail(log: io.StringIO) -> str:
    return "\n".join(log.getvalue().strip().splitlines()[-10:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
