"""Reads one YAML file of data, and says of every mistake which line it is in and what to do."""

from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.knowledge.errors import Problem

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def compose(path: Path, text: str, problems: list[Problem]) -> Node | None:
    """The root node of ``text``; None and a problem when it is empty or no YAML."""
    try:
        root: Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problems.append(Problem(str(path), line, f"this is not YAML: {error.problem}."))
        return None
    if root is None:
        problems.append(Problem(str(path), 1, "the file is empty; write it or remove it."))
    return root


def read_utf8(path: Path, problems: list[Problem]) -> str | None:
    """The text of a file; None and a problem when it is not UTF-8. OSError when it cannot be read."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        problems.append(Problem(str(path), 1, "this is not UTF-8; save it as UTF-8."))
        return None


class DataFile:
    """One file being read: turns nodes into values and collects problems instead of stopping at the first."""

    def __init__(self, path: Path, problems: list[Problem]):
        self.path, self.problems = path, problems

    def problem(self, node: Node, message: str) -> None:
        """Note a mistake at this node."""
        self.problems.append(self.problem_at(node, message))

    def problem_at(self, node: Node, message: str) -> Problem:
        """A mistake at this node, not noted yet."""
        return Problem(str(self.path), node.start_mark.line + 1, message)

    def fields(self, node: Node, known: dict[str, bool], what: str) -> dict[str, Node]:
        """The values of a mapping by key; unknown, doubled and missing keys are problems."""
        if not isinstance(node, MappingNode):
            self.problem(node, f"{what} must be fields of the form `name: value`.")
            return {}
        found: dict[str, Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name not in known:
                self.problem(key, f"unknown field `{name}` of {what}; known are {', '.join(known)}.")
            elif name in found:
                self.problem(key, f"field `{name}` is there twice; remove one.")
            else:
                found[name] = value
        for name in [name for name, needed in known.items() if needed and name not in found]:
            self.problem(node, f"field `{name}` is missing from {what}; add it.")
        return found

    def text(self, node: Node | None, what: str) -> str:
        """A text that is not empty; otherwise "" and a problem (a missing field was reported before)."""
        if node is None:
            return ""
        if not isinstance(node, ScalarNode) or not node.value.strip() or node.tag.endswith(":null"):
            self.problem(node, f"{what} is empty or no text; write it out.")
            return ""
        return str(node.value).strip()

    def items(self, node: Node | None, what: str) -> list[Node]:
        """The elements of a list; a missing list is empty."""
        if node is None:
            return []
        if not isinstance(node, SequenceNode):
            self.problem(node, f"{what} must be a list: `[a, b]`, or one `- ` line each.")
            return []
        return list(node.value)

    def texts(self, node: Node | None, what: str) -> tuple[str, ...]:
        """The texts of a list."""
        return tuple(text for item in self.items(node, what) if (text := self.text(item, what)))
