"""The short Chinese texts that the report is made of (第1页, 3行, 上午, 标称1:40), in English: for the pages, which have both languages.

Only whole words are taken, as they stand between blanks, dots and semicolons: names of files and of people stay what they are.
"""

from __future__ import annotations

import re

from services.report.export.words import FACES, LOOKS, MODES, ONLINE, PARTS, PRESENCE, SPANS

_BETWEEN = re.compile(r"([\s·；、]+)")
_WORDS = {
    **{zh: en for names in (FACES, LOOKS, MODES, ONLINE, PARTS, PRESENCE, SPANS) for zh, en in names.values()},
    "签名": "signature",
    "签到": "signed in",
    "签退": "signed out",
    "上午签到": "a.m. in",
    "下午签到": "p.m. in",
    "请假": "on leave",
    "缺勤": "absent",
    "病假": "sick leave",
    "事假": "on leave",
    "文字版": "text",
    "扫描识别": "scanned",
    "无文字": "no text",
    "发票": "invoice",
    "日期未读出": "no date read",
    "不可辨读": "not legible",
    "未读取": "not read",
    "无法读取": "cannot be read",
    "无录制时间": "no time of recording",
    "无拍摄时间": "no time of taking",
    "线": "O",
    "？": "?",
    "－": "-",
}
_PATTERNS = [
    (re.compile(pattern + r"\Z"), english)
    for pattern, english in (
        (r"第(\d+)页", "page {}"),
        (r"第(\d+)行", "row {}"),
        (r"([\d.]+)页", "{} page{s}"),
        (r"([\d.]+)行", "{} row{s}"),
        (r"([\d.]+)字", "{} character{s}"),
        (r"([\d.]+)学时", "{} class hour{s}"),
        (r"([\d.]+)张人脸", "{} face{s}"),
        (r"([\d.]+)条学习记录", "{} learning record{s}"),
        (r"([\d.]+)次人脸核验", "{} face check{s}"),
        (r"([\d.]+)行未采用", "{} row{s} not taken"),
        (r"另有(\d+)张", "{} more"),
        (r"(\d+)时", "{}:00"),
        (r"标称(.+)", "stated {}"),
        (r"可播放(.+)", "playable {}"),
        (r"有效(.+)", "effective {}"),
        (r"录制于(.+)", "recorded {}"),
        (r"拍摄于(.+)", "taken {}"),
    )
]
_PEOPLE = re.compile(r"(\d+)人\Z")
_SEPARATORS = str.maketrans({"；": ";", "、": ","})


def in_english(text: str) -> str:
    """The text with the words that are known in English; the rest as it is."""
    return "".join(_separator(part) if i % 2 else _word(part) for i, part in enumerate(_BETWEEN.split(text)))


def _word(word: str) -> str:
    if word in _WORDS:
        return _WORDS[word]
    people = _PEOPLE.match(word)
    if people:
        return f"{people[1]} {'person' if people[1] == '1' else 'people'}"
    for pattern, english in _PATTERNS:
        found = pattern.match(word)
        if found:
            return english.format(*found.groups(), s="" if found[1] == "1" else "s")
    return word


def _separator(text: str) -> str:
    said = text.translate(_SEPARATORS)
    return said if said == text or said.endswith(" ") else said + " "
