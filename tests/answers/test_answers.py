"""The written answers and examples: complete, free of problems, plain to read, and no copies."""

from __future__ import annotations

import datetime as dt
import re
import statistics
from collections import Counter, defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest
import textstat

from bot.answers.catalog import answers, examples, topic_of
from bot.answers.checks import problems
from bot.answers.compose import compose

if TYPE_CHECKING:
    from bot.clinic.settings import ClinicSettings

NOW = dt.datetime(2026, 11, 24, 18, 0, tzinfo=dt.timezone.utc)
TAXONOMY = {
    "A what it is": (
        "what_is_ketamine",
        "fda_status",
        "legality_schedule",
        "how_it_works",
        "vs_antidepressants",
        "vs_other_treatments",
    ),
    "B does it work": (
        "speed_of_effect",
        "success_rate",
        "how_long_effects_last",
        "not_working",
    ),
    "C forms": (
        "forms_comparison",
        "iv_im",
        "spravato_nasal_spray",
        "spravato_vs_iv",
        "oral_lozenges",
        "at_home_ketamine",
    ),
    "D for whom": (
        "candidacy_general",
        "contraindications",
        "treatment_resistant_depression",
        "anxiety",
        "ptsd",
        "suicidal_ideation",
        "bipolar",
        "ocd",
        "chronic_pain",
        "conditions_treated",
        "substance_use_history",
        "age_limits",
        "pregnancy",
    ),
    "E safety": (
        "safety_general",
        "side_effects",
        "nausea",
        "bad_trip_fear",
        "blood_pressure_heart",
        "bladder",
        "addiction_risk",
        "long_term_effects",
        "monitoring",
        "drug_interactions",
        "remain_on_antidepressants",
        "alcohol_cannabis",
        "drug_test",
    ),
    "F before, during, after": (
        "preparation",
        "eat_before_session",
        "bring_someone",
        "can_i_drive",
        "what_happens_in_session",
        "what_does_it_feel_like",
        "does_it_hurt",
        "music_eyeshades",
        "session_length",
        "aftercare",
        "after_session_recovery",
        "number_of_sessions",
        "maintenance_boosters",
        "therapy_integration",
    ),
    "G money": (
        "cost",
        "insurance_coverage",
        "medicare_medicaid",
        "prior_authorization",
        "financing",
    ),
    "H the clinic": (
        "choosing_clinic",
        "provider_credentials",
        "referral_needed",
        "consultation_evaluation",
        "clinic_location_hours",
        "telehealth",
        "crisis_outside_session",
        "clinic_policies",
    ),
}
OTHERS = (
    "booking",
    "human_handoff",
    "medical_advice",
    "illicit_use",
    "greeting",
    "about_assistant",
    "out_of_scope",
)
FAQ = tuple(topic for group in TAXONOMY.values() for topic in group)
INTENTS = sorted(answers())
MOST_EXAMPLES_A_TOPIC_NEEDS = 30
FEWEST_EXAMPLES = 15
HARDEST_GRADE = 10.0
MEDIAN_GRADE = 8.0
NEAR_COPY = 0.9

Tokens = frozenset[tuple[str, int]]


def tokens(text: str) -> Tokens:
    """The words of a message, each with how many times it came before, so `hi hi` is not `hi`."""
    seen: Counter[str] = Counter()
    found = []
    for word in re.findall(r"\w+", text.lower()):
        found.append((word, seen[word]))
        seen[word] += 1
    return frozenset(found)


@lru_cache(maxsize=1)
def messages() -> dict[str, list[str]]:
    """All examples by intent."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for intent, text in examples():
        grouped[intent].append(text)
    return grouped


def grade(intent: str, channel: str, clinic: ClinicSettings) -> float:
    """Flesch-Kincaid school grade of an answer as a person reads it."""
    template = getattr(answers()[intent], channel)
    text = compose(intent, template, channel=channel, settings=clinic, now=NOW).text
    return float(textstat.flesch_kincaid_grade(text))


def test_the_taxonomy_counts_69_topics_each_named_once() -> None:
    assert len(FAQ) == len(set(FAQ)) == 69


@pytest.mark.parametrize("topic", [*FAQ, *OTHERS])
def test_every_topic_has_an_answer_and_examples(topic: str) -> None:
    prefix = f"faq/{topic}" if topic in FAQ else topic
    assert any(intent == prefix or intent.startswith(f"{prefix}/") for intent in answers())
    assert any(intent == prefix or intent.startswith(f"{prefix}/") for intent in messages())


def test_there_is_no_topic_outside_the_taxonomy() -> None:
    assert {topic_of(intent) for intent in answers()} == {*FAQ, *OTHERS}


def test_answers_and_examples_have_the_same_intents() -> None:
    assert set(answers()) == set(messages())


@pytest.mark.parametrize("intent", INTENTS)
def test_an_answer_has_no_problems(intent: str, clinic: ClinicSettings) -> None:
    assert problems(answers()[intent], clinic, NOW) == []


@pytest.mark.parametrize("intent", INTENTS)
def test_related_topics_are_other_topics_of_the_taxonomy(intent: str) -> None:
    related = answers()[intent].provenance.related
    assert set(related) <= {*FAQ, *OTHERS} - {topic_of(intent)}
    assert len(related) == len(set(related))


@pytest.mark.parametrize("channel", ["web", "sms"])
@pytest.mark.parametrize("intent", INTENTS)
def test_an_answer_reads_at_grade_ten_or_below(intent: str, channel: str, clinic: ClinicSettings) -> None:
    assert grade(intent, channel, clinic) <= HARDEST_GRADE


@pytest.mark.parametrize("channel", ["web", "sms"])
def test_half_of_the_answers_read_at_grade_eight_or_below(channel: str, clinic: ClinicSettings) -> None:
    assert statistics.median(grade(intent, channel, clinic) for intent in INTENTS) <= MEDIAN_GRADE


@pytest.mark.parametrize("topic", FAQ)
def test_a_frequent_topic_has_thirty_different_examples(topic: str) -> None:
    assert len({tokens(text) for text in messages()[f"faq/{topic}"]}) >= MOST_EXAMPLES_A_TOPIC_NEEDS


@pytest.mark.parametrize("intent", [intent for intent in INTENTS if topic_of(intent) in OTHERS])
def test_any_other_topic_has_fifteen_different_examples(intent: str) -> None:
    assert len({tokens(text) for text in messages()[intent]}) >= FEWEST_EXAMPLES


def test_no_example_stands_under_two_intents() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for intent, texts in messages().items():
        for text in texts:
            owners[" ".join(re.findall(r"\w+", text.lower()))].add(intent)
    assert {text: found for text, found in owners.items() if len(found) > 1} == {}


@pytest.mark.parametrize("intent", INTENTS)
def test_no_example_nearly_copies_another_of_its_intent(intent: str) -> None:
    copies = []
    earlier: list[tuple[Tokens, str]] = []
    for text in messages()[intent]:
        mine = tokens(text)
        copies += [
            (text, other)
            for theirs, other in earlier
            if len(mine & theirs) >= NEAR_COPY * max(len(mine | theirs), 1)
        ]
        earlier.append((mine, text))
    assert copies == []
