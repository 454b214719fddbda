"""What can go wrong with the knowledge base."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake in a data file: where it is (``line`` counts from 1) and what to do about it."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class KnowledgeError(Exception):
    """The knowledge base cannot be used as it is; ``problems`` has every mistake found."""

    def __init__(self, problems: list[Problem]):
        self.problems = sorted(problems, key=lambda problem: (problem.file, problem.line))
        super().__init__("\n".join(map(str, self.problems)))
