"""Says training messages again with other words for the treatment.

People call one thing an infusion, a session, the therapy or by a brand name. Without this the classifier
takes the word that its authors happened to use as a sign of the topic.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

SEED = 20261123
_THERAPY = (
    "ketamine",
    "treatment",
    "therapy",
    "ketamine therapy",
    "infusion therapy",
    "infusions",
    "spravato",
    "esketamine",
    "ketamine treatment",
)
_SESSION = (
    "session",
    "infusion",
    "treatment",
    "appointment",
    "dose",
    "therapy session",
    "ketamine session",
    "iv",
)
_WORDS = re.compile(
    r"\b(?:ketamine infusion therapy|ketamine therapy|ketamine treatments?|ketamine infusions?"
    r"|infusion therapy|treatments?|therapy|infusions?|sessions?|spravato|esketamine|ketamine|ket"
    r"|the drip|appointments?)\b",
    re.IGNORECASE,
)
_NAMES_OF_SESSIONS = re.compile(r"infusions?|sessions?|appointments?|the drip|.*infusions?$")
# Here the word itself tells the topic.
_WORD_MATTERS = frozenset(
    {
        "faq/spravato_nasal_spray",
        "faq/spravato_vs_iv",
        "faq/iv_im",
        "faq/oral_lozenges",
        "faq/forms_comparison",
        "faq/therapy_integration",
        "faq/what_is_ketamine",
        "faq/fda_status",
        "faq/legality_schedule",
        "faq/at_home_ketamine",
        "faq/vs_other_treatments",
    }
)


def reworded(texts: Sequence[str], intents: Sequence[str]) -> tuple[list[str], list[str]]:
    """One rewording for each FAQ message that names the treatment; same order on every run."""
    chance = random.Random(SEED)
    more_texts, more_intents = [], []
    for text, intent in zip(texts, intents, strict=True):
        match = _WORDS.search(text)
        if not match or not intent.startswith("faq/") or intent in _WORD_MATTERS:
            continue
        word = match.group().lower()
        others = _SESSION if _NAMES_OF_SESSIONS.fullmatch(word) else _THERAPY
        single = word[:-1] if word.endswith("s") and others is _SESSION else word
        other = chance.choice([name for name in others if name != single])
        if word.endswith("s") and others is _SESSION:
            other += "s"
        more_texts.append(text[: match.start()] + other + text[match.end() :])
        more_intents.append(intent)
    return more_texts, more_intents
