"""What the guard says of a message."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Level(str, Enum):
    """How near the danger is.

    `ACUTE` danger now or stated intent; `POSSIBLE` a hint, asked about once; `INFORMATIONAL` the subject
    without danger; `NONE` everything else.
    """

    ACUTE = "acute"
    POSSIBLE = "possible"
    INFORMATIONAL = "informational"
    NONE = "none"

    @property
    def danger(self) -> bool:
        """True for the levels that get a crisis reply."""
        return self in (Level.ACUTE, Level.POSSIBLE)


class Category(str, Enum):
    """Kinds of danger."""

    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    HARM_OTHERS = "harm_others"
    MEDICAL_EMERGENCY = "medical_emergency"
    ABUSE_VIOLENCE = "abuse_violence"


CATEGORIES = tuple(category.value for category in Category)


@dataclass(frozen=True)
class Assessment:
    """The guard's judgement of one message.

    Attributes:
        level: how near the danger is.
        category: the kind of danger, None where there is none.
        about_other: true if somebody else is in danger.
        minor: true if the person in danger seems to be under 18.
        language: `en` or `es`, the language of the reply.
        score: probability of danger, 0 to 1; 1 where a pattern of the lexicon matched.
        source: `lexicon`, `model` or `none`: what decided.
    """

    level: Level
    category: Category | None = None
    about_other: bool = False
    minor: bool = False
    language: str = "en"
    score: float = 0.0
    source: str = "none"
