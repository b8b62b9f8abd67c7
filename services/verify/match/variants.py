"""Characters that stand for one another: traditional and variant forms that people write for the simplified ones of their ID card."""

from __future__ import annotations

import unicodedata
from functools import cache

_PAIRS = (
    "张張陈陳刘劉杨楊赵趙黄黃吴吳孙孫马馬罗羅郑鄭谢謝韩韓冯馮萧蕭邓鄧许許苏蘇卢盧蒋蔣贾賈阎閻潘潘钟鍾谭譚陆陸邹鄒万萬龙龍钱錢汤湯贺賀赖賴龚龔庞龐兰蘭颜顏倪倪严嚴温溫鲁魯韦韋毕畢聂聶丛叢齐齊庄莊"
    "纪紀费費项項鲍鮑单單华華国國军軍伟偉丽麗红紅兴興东東树樹荣榮庆慶凤鳳云雲飞飛鹏鵬宁寧贵貴玉玉宝寶义義礼禮爱愛珍珍长長阳陽强強刚剛锋鋒铁鐵银銀鑫鑫杰傑学學维維继繼绍紹泽澤润潤连連运運达達远遠进進"
    "建建发發来來会會伦倫俭儉卫衛双雙凯凱别別动動胜勝启啟实實宪憲寿壽应應怀懷恒恆战戰书書权權欢歡汉漢济濟涛濤灵靈灿燦炜煒玛瑪琼瓊画畫祯禎积積纯純经經统統绪緒缘緣艺藝节節芦蘆莹瑩萨薩蓝藍虽雖补補观觀"
    "让讓训訓诗詩诚誠话話谦謙质質贤賢贞貞轩軒辉輝边邊迁遷选選郝郝铭銘锦錦镇鎮闻聞际際隐隱雾霧顺順须須领領风風饶饒驰馳骏駿鸣鳴鸿鴻麦麥黎黎齐齊龄齡峰峯群羣岩巖淑淑略畧升昇枫楓连連标標吴吳广廣叶葉于於万萬丰豐"
)


@cache
def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for a, b in zip(_PAIRS[::2], _PAIRS[1::2], strict=True):
        if a != b:
            table[a] = table.get(a, a) + b
            table[b] = table.get(b, b) + a
    return table


def variants(character: str) -> str:
    """The character itself and the other forms it is written in."""
    return _table().get(character, character)


def differing(a: str, b: str) -> int:
    """How many characters of two texts of one length differ, written variants apart; the length of the longer where lengths differ."""
    if len(a) != len(b):
        return max(len(a), len(b))
    return sum(x != y and x not in variants(y) for x, y in zip(a, b, strict=True))


@cache
def is_rare(character: str) -> bool:
    """Outside GBK: no recogniser was taught it, though some people bear it."""
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return True
    return False


def normalise_name(text: str) -> str:
    """A name without blanks, dots, brackets' content or compatibility forms."""
    text = unicodedata.normalize("NFKC", text)
    for opening, closing in ("()", "[]", "【】", "（）"):
        while opening in text and closing in text[text.index(opening) :]:
            start = text.index(opening)
            text = text[:start] + text[text.index(closing, start) + 1 :]
    return "".join(c for c in text if not c.isspace() and c not in "·•・.．,，、。:：;；*_-—'\"‘’“”|｜")
