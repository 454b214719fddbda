"""The people of the browser tests."""

import subprocess
from dataclasses import dataclass

from bench.running import Service
from bot.cli.environments import ROOT, child_environment, python_of

PASSWORD = "correct-horse-battery"


@dataclass(frozen=True)
class Staff:
    """An account the tests log in with."""

    username: str
    name: str

    @classmethod
    def add(cls, service: Service, username: str, name: str, department: str) -> "Staff":
        """Add a helper to a running service with ``./bangban staff add``."""
        subprocess.run(
            [
                str(python_of("server")),
                "-m",
                "bot.cli.staff",
                "--data",
                str(service.data),
                "add",
                username,
                "--name",
                name,
                "--department",
                department,
                "--password",
                PASSWORD,
            ],
            cwd=ROOT,
            env=child_environment("server"),
            check=True,
            capture_output=True,
            timeout=60,
        )
        return cls(username, name)
