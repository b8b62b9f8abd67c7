"""YAML as a tree of plain values that remember their lines, so that a policy author is told where a mistake stands.

The only importer of PyYAML for policies. Numbers with a point become Decimal: money never passes through binary fractions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

import yaml

from services.domain.errors import PolicyInvalid
from services.domain.text import Message

_DEPTH = 12
_TAGS: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:int": lambda text: int(text.replace("_", "")),
    "tag:yaml.org,2002:float": lambda text: Decimal(text.replace("_", "")),
    "tag:yaml.org,2002:bool": lambda text: text.lower() in ("true", "yes", "on"),
    "tag:yaml.org,2002:null": lambda text: None,
    "tag:yaml.org,2002:timestamp": date.fromisoformat,
}


@dataclass(frozen=True, slots=True)
class At:
    """A value and the line it stands on. `value` is a scalar, a tuple of `At`, or a dict of key -> `At` (`keys`: their own lines)."""

    value: Any
    line: int
    keys: dict[Any, int] = field(default_factory=dict)


@dataclass(slots=True)
class Problems:
    """Everything found wrong so far."""

    found: list[PolicyInvalid] = field(default_factory=list)

    def add(self, line: int, zh: str, en: str) -> None:
        self.found.append(PolicyInvalid(Message(zh, en), line=line))


def read_yaml(text: str, problems: Problems) -> At | None:
    """The document as a tree; None where it is no YAML (the problem says where)."""
    try:
        node = _composed(text)
    except yaml.MarkedYAMLError as error:
        # Of a quote or bracket never closed the beginning is worth knowing, not the end of the file.
        unclosed = error.context_mark if "end of" in (error.problem or "") else None
        mark = unclosed or error.problem_mark or error.context_mark
        problems.add((mark.line if mark else 0) + 1, f"不是有效的YAML：{error.problem}；请检查缩进、冒号后的空格和引号", f"this is no YAML: {error.problem}; check indents, blanks after colons, quotes")  # fmt: skip
        return None
    except yaml.YAMLError as error:
        problems.add(1, f"不是有效的YAML：{error}", f"this is no YAML: {error}")
        return None
    if node is None:
        problems.add(1, "文件为空", "the file is empty")
        return None
    return _tree(node, problems, 0)


def _composed(text: str) -> yaml.Node | None:
    """The nodes by libyaml, where it is there, which takes a tenth of the time; what it refuses is told in the words of PyYAML's own parser."""
    try:
        quick: yaml.Node | None = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        quick = yaml.compose(text, Loader=yaml.SafeLoader)
    return quick


def _tree(node: yaml.Node, problems: Problems, depth: int) -> At:
    line = node.start_mark.line + 1
    if depth > _DEPTH:
        problems.add(line, "层级过深", "nested too deeply")
        return At(None, line)
    if isinstance(node, yaml.ScalarNode):
        return At(_scalar(node, problems, line), line)
    if isinstance(node, yaml.SequenceNode):
        return At(tuple(_tree(child, problems, depth + 1) for child in node.value), line)
    assert isinstance(node, yaml.MappingNode)
    values: dict[Any, At] = {}
    lines: dict[Any, int] = {}
    for key_node, value_node in node.value:
        key, key_line = _tree(key_node, problems, depth + 1).value, key_node.start_mark.line + 1
        if not isinstance(key, str | int | date):
            problems.add(key_line, "键应为文字或日期", "a key should be a word or a date")
        elif key in values:
            problems.add(
                key_line, f"{key} 重复出现（前一处在第{lines[key]}行）；请删去一处", f"{key} stands here twice (first on line {lines[key]}); remove one"
            )
        else:
            values[key], lines[key] = _tree(value_node, problems, depth + 1), key_line
    return At(values, line, lines)


def _scalar(node: yaml.ScalarNode, problems: Problems, line: int) -> Any:
    make = _TAGS.get(node.tag)
    if make is None:
        return node.value
    try:
        return make(node.value)
    except (ValueError, InvalidOperation):
        what = "日期应写作 2021-01-01" if node.tag.endswith("timestamp") else "应为普通十进制数"
        problems.add(line, f"{node.value}：{what}", f"{node.value} is not a plain number or a date like 2021-01-01")
        return None


def nearest(word: str, known: list[str]) -> tuple[str, str]:
    """A hint at the likeliest meant word (zh, en), or at all of them."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"是否为 {close[0]}？", f"do you mean {close[0]}?"
    listed = ", ".join(sorted(known)) or "—"
    return f"可用：{listed}", f"known: {listed}"


def plain(at: At) -> Any:
    """The value without its lines: dicts, tuples and scalars."""
    if isinstance(at.value, dict):
        return {key: plain(child) for key, child in at.value.items()}
    if isinstance(at.value, tuple):
        return tuple(plain(child) for child in at.value)
    return at.value


def is_name(text: object) -> bool:
    return isinstance(text, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text) is not None
