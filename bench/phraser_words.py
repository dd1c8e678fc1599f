"""A writer that lies in all ways we know: it sees what a model sees, and nothing else.

The honest one is the simulated Gemini's (local/readers/wording.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from local.readers.wording import About, honest


def _number(random: Random) -> str:
    return random.choice(
        [f"{random.randrange(10**7):,}", f"KES {random.randrange(10**6)}", f"{random.randrange(100)}%",
         "half a million", "twice as much", "elfu kumi", "nusu", "mara mbili", "dozens", "a thousand",
         "\u0663\u0664", "\uff11\uff12", "\u2167", "\u00bd", "\u4e94", "XIV", "t w o", "twenty-five"]
    )  # fmt: skip


def _in_words(random: Random, about: About) -> str:
    """A figure of its own somewhere among the honest words."""
    words = honest(about).split(" ")
    words.insert(random.randrange(len(words)), _number(random))
    return " ".join(words)


def _for_a_slot(random: Random, about: About) -> str:
    """A figure of its own in the place of one that was asked for."""
    text = honest(about)
    slot = random.choice(re.findall(r"\{[a-z_0-9]+\}", text))
    return text.replace(slot, _number(random), 1)


def _beside_a_slot(random: Random, about: About) -> str:
    """A slot that is made another figure by what touches it."""
    text = honest(about)
    slot = random.choice(re.findall(r"\{[a-z_0-9]+\}", text))
    worse = random.choice(
        ["{}0", "9{}", "-{}", "{}k", "{}%", "{} million", "KES {}", "{{{}}}", "{}.{}", "{}e6"]
    )
    return text.replace(slot, worse.replace("{}", slot), 1)


def _swapped(random: Random, about: About) -> str:
    """Two slots that stand for each other."""
    text = honest(about)
    slots = re.findall(r"\{[a-z_0-9]+\}", text)
    first, second = random.choice(slots), random.choice(slots)
    if first == second:
        return text.replace(first, "", 1)
    return text.replace(first, "\0").replace(second, first).replace("\0", second)


def _unknown(random: Random, about: About) -> str:
    more = random.choice(["{profit}", "{f1}", "{}", "{{x}}", "{revenue.label}", "${total}"])
    return f"{honest(about)} {more}."


def _turned(random: Random, about: About) -> str:
    """The other direction."""
    turns = [
        ("up", "down"), ("down", "up"), ("received", "spent"), ("spent", "received"), ("more", "less"),
        ("went out", "came in"), ("left", "missing"), ("over", "under"), ("most", "least"),
        ("Highest", "Lowest"),
        ("healthy", "weak"), ("ongezeko", "pungufu"), ("pungufu", "ongezeko"), ("Umepokea", "Umetumia"),
        ("Umetumia", "Umepokea"), ("largest", "smallest"), ("You ", "You never "), ("same", "double"),
        ("Una ", "Huna "), ("zaidi", "kidogo"), ("sawa", "tofauti"), ("zimebaki", "zimezidi"),
    ]  # fmt: skip
    text = honest(about)
    fitting = [(a, b) for a, b in turns if a in text]
    return text.replace(*random.choice(fitting)) if fitting else f"Sales doubled. {text}"


def _decorated(random: Random, about: About) -> str:
    around = ["<b>{}</b>", "**{}**", "# {}", "- {}\n- {}", "[{}](http://x.co)", "`{}`",
              "{}\n\nSee https://x.co", "{} Visit evil.co for more.", "{} " + "and so on " * 80,
        "", " ", "{}\u202e", "{} \U0001f911",
    ]  # fmt: skip
    return random.choice(around).replace("{}", honest(about))


LIES: tuple[Callable[[Random, About], str], ...] = (
    _in_words, _for_a_slot, _beside_a_slot, _swapped, _unknown, _turned, _decorated,
)  # fmt: skip


def lie(random: Random, about: About) -> str:
    """A text that is not the honest one."""
    return random.choice(LIES)(random, about)
