"""What the path of a picture under `faces/` says: a person's reference picture, or a snapshot of a check."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

_ENROLLED = ("enrol", "reference", "register", "registered", "注册", "登记", "底库", "参考", "证件", "基准", "采集", "备案", "id_photo", "idphoto")
_CHECKS = ("check", "snapshot", "capture", "抓拍", "核验", "验证", "比对", "现场")
_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dA-Za-z])")


def is_enrolled(path: str) -> bool:
    """True for a reference picture: by its folder, else (a picture right under `faces/`) by an ID number in its name."""
    *folders, name = unicodedata.normalize("NFKC", path).replace("\\", "/").lower().split("/")
    for folder in reversed(folders[1:] or folders):
        if any(word in folder for word in _ENROLLED):
            return True
        if any(word in folder for word in _CHECKS):
            return False
    return _ID_NUMBER.search(name) is not None


def file_stem(path: str) -> str:
    """The name without folders and extension, for comparing: NFKC, lower case."""
    name = unicodedata.normalize("NFKC", path).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].split("?", 1)[0]
    return name.rsplit(".", 1)[0].casefold() if "." in name else name.casefold()


def file_name(path: str) -> str:
    """The name without folders, for comparing: NFKC, lower case."""
    return unicodedata.normalize("NFKC", path).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].split("?", 1)[0].casefold()


def id_numbers_in(path: str) -> tuple[str, ...]:
    """18-digit ID numbers in a file's name, lower case."""
    return tuple(found.casefold() for found in _ID_NUMBER.findall(unicodedata.normalize("NFKC", path).rsplit("/", 1)[-1]))


class Snapshots:
    """The snapshots among pictures' paths, to be found by what a log calls them."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = tuple(paths)
        self._names: dict[str, set[int]] = defaultdict(set)
        for index, path in enumerate(self._paths):
            if not is_enrolled(path):
                for form in (file_name(path), file_stem(path)):
                    self._names[form].add(index)

    def find(self, named: str | None) -> int | None:
        """Position of the picture that a log names, by path or name; None if it isn't there or can't be told."""
        if not named:
            return None
        for form in (file_name(named), file_stem(named)):
            found = self._names.get(form, set())
            if len(found) > 1:
                tail = named.replace("\\", "/").casefold().lstrip("./")
                found = {i for i in found if self._paths[i].casefold().endswith(tail)}
            if len(found) == 1:
                return next(iter(found))
        return None
