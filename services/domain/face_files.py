"""What the path of a picture under `faces/` says: a person's reference picture, or a snapshot of a check."""

from __future__ import annotations

import re
import unicodedata

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
