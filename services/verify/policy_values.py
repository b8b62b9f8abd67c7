"""Binds the numbers of a clause to the signature of its check: names, types, nothing missing, nothing too much."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from services.verify.policy_yaml import At, Problems, nearest, plain

_NAMES = {
    int: ("整数", "a whole number"),
    Decimal: ("数字", "a number"),
    float: ("数字", "a number"),
    str: ("文字", "a text"),
    bool: ("true 或 false", "true or false"),
    date: ("日期，如 2021-01-01", "a date like 2021-01-01"),
}


class WrongType(ValueError):
    """A value that is not of the type wanted: (zh, en) names of what is expected."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def parameters(check: Callable[..., Any]) -> dict[str, tuple[Any, bool]]:
    """The values a check takes: name -> (type, required)."""
    hints = get_type_hints(check)
    listed = inspect.signature(check).parameters.values()
    return {p.name: (hints.get(p.name, Any), p.default is p.empty) for p in listed if p.kind is p.KEYWORD_ONLY}


def bind(name: str, check: Callable[..., Any], at: At, problems: Problems) -> dict[str, Any]:
    """The values of one day as keyword arguments of the check; what does not fit is added to `problems`."""
    wanted = parameters(check)
    bound: dict[str, Any] = {}
    if not isinstance(at.value, dict):
        problems.add(at.line, "此处应为 名称: 值", "name: value is expected here")
        return bound
    for key, child in at.value.items():
        if key not in wanted:
            zh, en = nearest(str(key), list(wanted))
            problems.add(at.keys[key], f"检查 {name} 没有数值 {key}；{zh}", f"check {name} takes no value {key}; {en}")
            continue
        try:
            bound[key] = convert(plain(child), wanted[key][0])
        except WrongType as error:
            problems.add(child.line, f"{key} 应为{error.zh}，现为 {plain(child)}", f"{key} should be {error.en}, found {plain(child)}")
    for key, (kind, required) in wanted.items():
        if required and key not in at.value:
            zh, en = type_name(kind)
            problems.add(at.line, f"检查 {name} 缺少数值 {key}（{zh}）；请补上 {key}: …", f"check {name} needs the value {key} ({en}); add {key}: …")
    return bound


def convert(value: Any, kind: Any) -> Any:
    """`value` as `kind`. Raises WrongType."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return value
    if origin in (Union, types.UnionType):
        if value is None and type(None) in inner:
            return None
        return convert(value, next(k for k in inner if k is not type(None)))
    if origin is Literal:
        if value in inner and type(value) is type(inner[inner.index(value)]):
            return value
        raise WrongType(*type_name(kind))
    if origin is tuple:
        if not isinstance(value, tuple):
            raise WrongType(*type_name(kind))
        return tuple(convert(item, inner[0]) for item in value)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            raise WrongType(*type_name(kind))
        return {convert(key, inner[0]): convert(item, inner[1]) for key, item in value.items()}
    return _scalar(value, kind)


def _scalar(value: Any, kind: Any) -> Any:
    number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if kind is Decimal and number:
        return Decimal(value)
    if kind is float and number:
        return float(value)
    if kind in (int, str, bool, date) and type(value) is kind:
        return value
    raise WrongType(*type_name(kind))


def type_name(kind: Any) -> tuple[str, str]:
    """A type in words (zh, en)."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        zh, en = type_name(next(k for k in inner if k is not type(None)))
        return f"{zh}或留空", f"{en} or null"
    if origin is Literal:
        words = " | ".join(str(word) for word in inner)
        return f"{words} 之一", f"one of {words}"
    if origin is tuple:
        zh, en = type_name(inner[0])
        return f"列表 [{zh}, …]", f"a list [{en}, …]"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return "对照表 {名称: 值}", "a table {name: value}"
    return _NAMES.get(kind, ("值", "a value"))
