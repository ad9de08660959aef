"""Made-up names, e-mail addresses and phone numbers, and the ways in which people write the same one."""

import random

from .chance import happens, one_of

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
SPELLED = (
    "wang", "li", "zhang", "liu", "chen", "yang", "huang", "zhao", "wu", "zhou",
    "xu", "sun", "ma", "zhu", "hu", "guo", "he", "lin", "luo", "gao",
)  # fmt: skip
GIVEN = {
    "伟": "wei", "芳": "fang", "娜": "na", "敏": "min", "静": "jing", "丽": "li", "强": "qiang", "磊": "lei",
    "洋": "yang", "艳": "yan", "勇": "yong", "杰": "jie", "娟": "juan", "涛": "tao", "明": "ming",
    "超": "chao",
    "秀兰": "xiulan", "子涵": "zihan", "雨桐": "yutong", "浩然": "haoran", "思远": "siyuan", "佳怡": "jiayi",
}  # fmt: skip
FOREIGN = (
    "Anaïs Lefèvre", "José Álvarez", "Müller, Jörg", "Zoë Østergård", "Ñico Peña", "O'Brien, Seán",
    "Łukasz Wiśniewski", "Dvořáková, Eliška", 'Robert "Bob" Stone', "Иван Петров", "Åsa Lindström",
)  # fmt: skip
FOREIGN_SPELLED = (
    "anais.lefevre", "jose.alvarez", "j.mueller", "zoe.o", "nico.pena", "sean.obrien",
    "lukasz.w", "eliska.d", "bob.stone", "ivan.petrov", "asa.l",
)  # fmt: skip
DOMAINS = ("example.com", "example.org", "example.net", "mail.example")
FIRM_WORDS = (
    "Yangtze",
    "Bright",
    "Lotus",
    "Harbour",
    "Northern",
    "Pearl River",
    "Maple",
    "Summit",
    "Jade",
    "Delta",
)
FIRM_KINDS = ("Logistics, Ltd.", "Software Co.", "教育集团", "Trading GmbH", "Manufacturing", "Hôtels & Cie")
CITIES = {
    "Shanghai": 0.24, "Beijing": 0.2, "Shenzhen": 0.15, "Hangzhou": 0.12, "Chengdu": 0.11, "西安": 0.06,
    "Wuhan": 0.06, "Xi’an, Yanta": 0.02, "": 0.04,
}  # fmt: skip


def person_name(rng: random.Random) -> tuple[str, str]:
    """Draw a name, and the same in plain letters for the address."""
    if happens(rng, 0.08):
        place = int(rng.random() * len(FOREIGN))
        return FOREIGN[place], FOREIGN_SPELLED[place]
    place = int(rng.random() * len(SURNAMES))
    given = one_of(rng, list(GIVEN))
    return SURNAMES[place] + given, f"{SPELLED[place]}.{GIVEN[given]}"


def firm_name(number: int) -> str:
    """Return the name of the n-th firm; all differ."""
    return f"{FIRM_WORDS[number % len(FIRM_WORDS)]} {FIRM_KINDS[number // len(FIRM_WORDS) * 2 + number % 2]}"


def phone_number(number: int, prefix: str = "138") -> str:
    """Return the n-th made-up mobile number in plain digits, 86 first; all differ."""
    return f"86{prefix}0000{number * 7919 % 10000:04d}"


def rewritten_phone(rng: random.Random, phone: str) -> str:
    """Write the same number as another person would."""
    local = phone[2:]
    ways = (
        f"+86 {local[:3]}-{local[3:7]}-{local[7:]}",
        f"+86 {local}",
        f"86-{local[:3]}-{local[3:7]}-{local[7:]}",
        f"(+86) {local[:3]} {local[3:7]} {local[7:]}",
    )
    return one_of(rng, ways)


def rewritten_email(rng: random.Random, email: str) -> str:
    """Write the same address in another case or with spaces around it."""
    ways = (email.upper(), f"  {email} ", email.title(), f" {email.capitalize()}")
    return one_of(rng, ways)
