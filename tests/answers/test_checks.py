"""The checks of answers: each rule catches a made-up bad answer, and dates run out."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from bot.answers import checks
from bot.answers.catalog import Answer, Provenance
from bot.answers.checks import (
    FORBIDDEN,
    MAX_SMS_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    MAX_WEB_WORDS,
    SMS_FORBIDDEN,
    overdue,
    problems,
)
from bot.answers.facts import Fact

if TYPE_CHECKING:
    from bot.clinic.settings import ClinicSettings

NOW = dt.datetime(2026, 11, 24, 18, 0, tzinfo=dt.timezone.utc)
TODAY = NOW.date()
FACTS = {
    "F1": Fact(id="F1", statement="It is so.", source="https://example.com", checked="2026"),
    "F2": Fact(id="F2", statement="Unread.", source="https://example.com", checked="n.d.", tags=["rec"]),
    "F3": Fact(
        id="F3",
        statement="So for now.",
        source="https://example.com",
        checked="2026",
        tags=["date"],
        expires=dt.date(2026, 12, 31),
    ),
}
BAD_ANYWHERE = [
    ("a cure is promised", "Ketamine is a cure for depression."),
    ("a cure is promised", "It cures anxiety."),
    ("a result is promised", "We guarantee relief."),
    ("a result is promised", "It will help you."),
    ("a result is promised", "This is a miracle."),
    ("a result is promised", "A breakthrough for many."),
    ("a result is promised", "A life-changing visit."),
    ("safety is promised", "It is safe for everyone."),
    ("safety is promised", "There are no side effects."),
    ("safety is promised", "A risk-free visit."),
    ("safety is promised", "It is harmless."),
    ("addiction is denied", "Ketamine is non-addictive."),
    ("addiction is denied", "It is not addictive."),
    ("approval is overstated", "We use FDA-approved ketamine."),
    ("approval is overstated", "Ketamine is approved for this."),
    ("a price is inexact", "Visits are as low as ten."),
    ("a price is inexact", "Visits cost ten and up."),
    ("a price is inexact", "Visits starting at ten."),
    ("a verdict is given", "Then you qualify."),
    ("a verdict is given", "So you are a good candidate."),
    ("it speaks as a clinician", "I recommend six visits."),
    ("it speaks as a clinician", "Speaking as your doctor, come in."),
    ("it speaks as a clinician", "I'm a nurse."),
    ("a medicine change is told", "First you should stop your pills."),
    ("a medicine change is told", "Please skip the morning pill."),
    ("a testimonial is used", "Our patients love it."),
    ("a testimonial is used", "Read our success stories."),
    ("an unkind phrase is used", "People who commit suicide."),
    ("a number is typed", "Call 911."),
    ("a number is typed", "Text 988."),
    ("a number is typed", "Call (213) 555-0142."),
    ("a link is typed", "See https://clinic.example.com."),
    ("a link is typed", "See www.example.com."),
    ("the brain is repaired", "It rewires your brain."),
    ("the brain is repaired", "It resets circuits."),
]
BAD_ON_SMS = [
    ("a price on SMS", "A visit is $400."),
    ("a price on SMS", "A visit is 400 dollars."),
    ("a price on SMS", "Our prices are low."),
    ("promotion on SMS", "We offer infusions."),
    ("promotion on SMS", "The clinic provides Spravato."),
    ("promotion on SMS", "Appointments available."),
]
FINE = [
    "There is no cure for this.",
    "It is not a cure.",
    "It may help some people.",
    "It is not safe to drive home.",
    "Ketamine is a controlled drug.",
    "The spray is approved for some uses.",
    "Do not stop a medicine on your own.",
    "About 12 people in 100 feel sick.",
    "{call_911}, or {call_988}.",
]


@pytest.fixture(autouse=True)
def _made_up_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "facts", lambda: FACTS)


def made_up(web: str = "Fine words.", sms: str = "Fine words.", **changes: Any) -> Answer:
    """An answer without problems, but for what is changed."""
    provenance = {
        "title": "a made-up topic",
        "facts": ["F1"],
        "author": "content team",
        "written_on": dt.date(2026, 11, 1),
        "review": "pending",
        "reviewer": None,
        "reviewed_on": None,
        "next_review": dt.date(2027, 5, 1),
    }
    return Answer("faq/made_up", web, sms, Provenance(**{**provenance, **changes}))


def test_a_good_answer_has_no_problems(clinic: ClinicSettings) -> None:
    assert problems(made_up(), clinic, NOW) == []


def test_every_rule_has_a_bad_answer_here() -> None:
    assert {rule for rule, _ in BAD_ANYWHERE} == set(FORBIDDEN)
    assert {rule for rule, _ in BAD_ON_SMS} == set(SMS_FORBIDDEN)


@pytest.mark.parametrize(("rule", "text"), BAD_ANYWHERE)
def test_a_forbidden_claim_is_caught_on_the_web_and_on_sms(
    clinic: ClinicSettings, rule: str, text: str
) -> None:
    (on_web,) = problems(made_up(web=text), clinic, NOW)
    (on_sms,) = problems(made_up(sms=text.upper()), clinic, NOW)
    assert on_web.startswith(f"web: {rule} (")
    assert on_sms.startswith(f"SMS: {rule} (")


@pytest.mark.parametrize(("rule", "text"), BAD_ON_SMS)
def test_what_only_sms_forbids_is_caught_there_alone(clinic: ClinicSettings, rule: str, text: str) -> None:
    (on_sms,) = problems(made_up(sms=text), clinic, NOW)
    assert on_sms.startswith(f"SMS: {rule} (")
    assert problems(made_up(web=text), clinic, NOW) == []


@pytest.mark.parametrize("text", FINE)
def test_careful_words_are_let_through(clinic: ClinicSettings, text: str) -> None:
    assert problems(made_up(text, text), clinic, NOW) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"facts": []}, "names no fact"),
        ({"facts": ["F1", "F9"]}, "names unknown fact F9"),
        ({"facts": ["F2"]}, "rests on F2, whose source was not read"),
        ({"title": "x" * (MAX_TITLE_CHARACTERS + 1)}, "title is longer than 32 characters"),
        ({"review": "approved"}, "is approved but names no reviewer"),
    ],
)
def test_bad_provenance_is_caught(clinic: ClinicSettings, changes: dict[str, Any], problem: str) -> None:
    assert problems(made_up(**changes), clinic, NOW) == [problem]


@pytest.mark.parametrize("template", ["Ask {contcat}", "Ask {contact", "Ask {}", "Ask {0}", "Ask {phone!x}"])
@pytest.mark.parametrize("channel", ["web", "sms"])
def test_a_bad_placeholder_is_caught(clinic: ClinicSettings, channel: str, template: str) -> None:
    (problem,) = problems(made_up(**{channel: template}), clinic, NOW)
    assert problem.startswith(f"{channel} text has an unknown placeholder")


def test_a_text_may_be_as_long_as_the_limit_and_no_longer(clinic: ClinicSettings) -> None:
    assert problems(made_up("a " * MAX_WEB_WORDS, "a" * MAX_SMS_CHARACTERS), clinic, NOW) == []
    assert problems(made_up("a " * (MAX_WEB_WORDS + 1), "a" * (MAX_SMS_CHARACTERS + 1)), clinic, NOW) == [
        "web text has more than 90 words",
        "SMS text has more than 300 characters",
    ]


def test_length_is_measured_on_what_a_person_reads(clinic: ClinicSettings) -> None:
    almost = "a" * (MAX_SMS_CHARACTERS - len("{call_poison}"))
    assert problems(made_up(sms=f"{almost}{{call_poison}}"), clinic, NOW) == [
        "SMS text has more than 300 characters"
    ]


@pytest.mark.parametrize(
    ("changes", "today", "warnings"),
    [
        ({}, TODAY, []),
        ({"next_review": TODAY}, TODAY, []),
        (
            {"next_review": dt.date(2026, 11, 23)},
            TODAY,
            ["faq/made_up: review was due 2026-11-23"],
        ),
        ({"facts": ["F3"]}, dt.date(2026, 12, 31), []),
        ({"facts": ["F3"]}, dt.date(2027, 1, 1), ["faq/made_up: fact F3 expired 2026-12-31"]),
        (
            {"facts": ["F1", "F3", "F9"], "next_review": TODAY},
            dt.date(2027, 1, 1),
            ["faq/made_up: review was due 2026-11-24", "faq/made_up: fact F3 expired 2026-12-31"],
        ),
    ],
)
def test_an_answer_past_its_date_is_warned_about(
    changes: dict[str, Any], today: dt.date, warnings: list[str]
) -> None:
    assert overdue([made_up(**changes)], today) == warnings
