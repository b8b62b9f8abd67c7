"""Fictional people: names as common as in China's population, with valid GB 11643 ID numbers. Any likeness is chance."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.domain.identity import id_check_digit

_SURNAMES = (
    "王" * 72
    + "李" * 71
    + "张" * 67
    + "刘" * 53
    + "陈" * 45
    + "杨" * 30
    + "赵" * 27
    + "黄" * 22
    + "周" * 20
    + "吴" * 20
    + "徐" * 14
    + "孙" * 15
    + "胡" * 11
    + "朱" * 12
    + "高" * 10
    + "林" * 11
    + "何" * 10
    + "郭" * 11
    + "马" * 10
    + "罗" * 8
    + "梁" * 8
    + "宋" * 8
    + "郑" * 8
    + "谢" * 7
    + "韩" * 7
    + "唐" * 6
    + "冯" * 6
    + "于" * 6
    + "董" * 6
    + "萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边"
)
_COMPOUND = ("欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "慕容", "东方", "夏侯", "司徒", "令狐", "呼延")
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国志文丹辉力健玲俊峰波宁莉云帆斌宇鹏飞浩凯鑫林雪梦婷佳慧欣怡雨晨子轩涵思琪海燕春生光荣福贵长江立新庆祥宏德成永利东升树森永康金龙世凯"
    "振兴家豪国栋学文晓东小红少华向阳彦彬亚男爱民淑珍凤琴素云美玲翠花桂芝秋菊冬梅连喜占军万里殿臣洪涛忠诚义仁礼智信孝廉博瑞泽洁琳瑶菲颖倩薇蕾茜蓉岩松柏柱梁胜利和平安乐天宝中华大江一鸣三石双喜亮"
    "旭晖煜炜烨炎焕灿琦玮珂珊瑾瑜璐璇莹萍芬芸茹莲菁薛萌蓓蕊岚岭峻崇嵩巍川州帅师希席延廷弘强征律微必怀恒恩悦惠意慎战扬振捷政敬斯旺昌昊昆易星映昭晋景晴智暖曼朋望朝本权材松枫柯柳栋标格桐梓楠榕槐"
)
_RARE = "堃喆彧頔垚燊翀昳龑淼犇骉麒甯璟玥珺焱晟旻赟翊翎祎祺禛稷筠箫"
_NEAR = {
    "丽": "莉",
    "军": "君",
    "明": "鸣",
    "红": "虹",
    "志": "治",
    "伟": "炜",
    "峰": "锋",
    "杰": "洁",
    "华": "桦",
    "平": "萍",
    "玉": "钰",
    "文": "雯",
    "青": "清",
}
_AREAS = (
    "220102",
    "220103",
    "220104",
    "220105",
    "220106",
    "220112",
    "220122",
    "220182",
    "220183",
    "220202",
    "220302",
    "220581",
    "230103",
    "210102",
    "370102",
    "410105",
)
_DEPARTMENTS = ("一车间", "二车间", "总装车间", "焊装车间", "涂装车间", "机加工车间", "质量部", "设备部", "物流部", "生产管理部", "动力分厂", "铸造分厂")
CATEGORIES = ("参保职工", "劳务派遣工", "外包工")


@dataclass(frozen=True, slots=True)
class Person:
    """A fictional employee. `phone` and `employee_no` are unique within one `make_people` call."""

    name: str
    id_number: str
    employee_no: str
    department: str
    phone: str
    category: str = "参保职工"


def make_id_number(rng: random.Random) -> str:
    """A valid 18-character ID number of somebody born 1962 to 2002."""
    born = date(1962, 1, 1) + timedelta(days=rng.randrange(40 * 365))
    first17 = f"{rng.choice(_AREAS)}{born:%Y%m%d}{rng.randrange(1, 1000):03d}"
    return first17 + id_check_digit(first17)


def make_name(rng: random.Random, *, rare: float = 0.02) -> str:
    """A name of two to four characters; with probability `rare` one character is seldom seen in print."""
    surname = rng.choice(_COMPOUND) if rng.random() < 0.01 else rng.choice(_SURNAMES)
    given = "".join(rng.choice(_GIVEN) for _ in range(1 if rng.random() < 0.22 else 2))
    if rng.random() < rare:
        given = given[:-1] + rng.choice(_RARE)
    return surname + given


def near_name(name: str, rng: random.Random) -> str:
    """Another name easily taken for `name`: a character more, fewer, swapped, or its sound-alike."""
    ways = [name[:-1] + rng.choice(_GIVEN)]
    if len(name) == 2:
        ways += [name + rng.choice(_GIVEN), name[0] + rng.choice(_GIVEN) + name[1]]
    if len(name) == 3:
        ways += [name[:2], name[0] + name[2], name[0] + name[2] + name[1]]
    ways += [name.replace(a, b) for a, b in _NEAR.items() if a in name[1:]]
    other = rng.choice([w for w in ways if w != name] or [name + "一"])
    return other


def make_person(rng: random.Random, number: int, name: str | None = None, *, rare: float = 0.02) -> Person:
    """The `number`th person of an enterprise."""
    return Person(
        name=name or make_name(rng, rare=rare),
        id_number=make_id_number(rng),
        employee_no=f"A{number + 10001:05d}",
        department=rng.choice(_DEPARTMENTS),
        phone=f"1{rng.choice('3578')}{rng.randrange(10**4):04d}{number % 10**5:05d}",
        category=rng.choices(CATEGORIES, (90, 7, 3))[0],
    )


def make_people(count: int, rng: random.Random, *, rare: float = 0.02, homonyms: bool = True) -> list[Person]:
    """`count` people with distinct ID numbers. Homonyms come by chance as in life; `homonyms=False` makes all names distinct."""
    people: list[Person] = []
    ids: set[str] = set()
    names: set[str] = set()
    while len(people) < count:
        person = make_person(rng, len(people), rare=rare)
        if person.id_number in ids or (not homonyms and person.name in names):
            continue
        ids.add(person.id_number)
        names.add(person.name)
        people.append(person)
    return people


def homonym_of(person: Person, rng: random.Random, number: int) -> Person:
    """Somebody else of the same name."""
    return replace(make_person(rng, number), name=person.name)


def near_person(person: Person, rng: random.Random, number: int) -> Person:
    """Somebody else whose name is easily taken for `person`'s."""
    return replace(make_person(rng, number), name=near_name(person.name, rng))
