"""Checks of the written answers: provenance, forbidden claims, length, and what is past its date.

The lists follow AB 489, Cal. B&P 651 and 17500, and the clinic's list of what to refuse.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from bot.answers.catalog import Answer
from bot.answers.compose import compose
from bot.answers.facts import facts
from bot.clinic.settings import ClinicSettings

MAX_WEB_WORDS = 90
MAX_SMS_CHARACTERS = 300
MAX_TITLE_CHARACTERS = 32
FORBIDDEN = {
    "a cure is promised": r"(?<!no )(?<!not a )\bcures?\b",
    "a result is promised": r"guarantee|\bwill (?:work|help|heal|fix)\b"
    r"|miracle|breakthrough|life-?changing",
    "safety is promised": r"safe for (?:everyone|everybody|all|you)\b|no side effects|risk-?free|harmless",
    "addiction is denied": r"non-?addictive|not addictive",
    "approval is overstated": r"fda[- ]approved ketamine|ketamine is (?:fda[- ])?approved",
    "a price is inexact": r"as low as|\band up\b|starting at",
    "a verdict is given": r"\byou (?:do )?qualify\b|you are a (?:good )?candidate",
    "it speaks as a clinician": r"\bI (?:recommend|prescribe|diagnose|advise)\b"
    r"|\bas your (?:doctor|nurse|therapist)|"
    r"\bI(?:'m| am) (?:a|your) (?:doctor|nurse|therapist|clinician|counselor)",
    "a medicine change is told": r"\b(?:you should|please) (?:stop|start|skip|taper)\b",
    "a testimonial is used": r"our patients (?:say|love)|success stor(?:y|ies)",
    "an unkind phrase is used": r"commit(?:ted)? suicide",
    "a number is typed": r"\b(?:911|988)\b|\d{3}-\d{3,4}",
    "a link is typed": r"https?://|www\.",
    "the brain is repaired": r"\b(?:resets?|repairs?|rewires?) (?:your |the )?(?:brain|circuits|networks)",
}
SMS_FORBIDDEN = {
    "a price on SMS": r"\$|\bdollars?\b|\bprices? (?:is|are|from)\b",
    "promotion on SMS": r"\b(?:we|the clinic) (?:offers?|sells?|provides?)\b"
    r"|available now|appointments? available",
}


def problems(answer: Answer, settings: ClinicSettings, now: dt.datetime) -> list[str]:
    """What is wrong with one answer, worded for its author; empty if nothing is."""
    found = []
    known = facts()
    if not answer.provenance.facts:
        found.append("names no fact")
    found += [f"names unknown fact {key}" for key in answer.provenance.facts if key not in known]
    found += [
        f"rests on {key}, whose source was not read"
        for key in answer.provenance.facts
        if key in known and "rec" in known[key].tags
    ]
    if len(answer.provenance.title) > MAX_TITLE_CHARACTERS:
        found.append(f"title is longer than {MAX_TITLE_CHARACTERS} characters")
    if answer.provenance.review == "approved" and not answer.provenance.reviewer:
        found.append("is approved but names no reviewer")
    found += _matches(FORBIDDEN, answer.web, "web") + _matches(FORBIDDEN, answer.sms, "SMS")
    found += _matches(SMS_FORBIDDEN, answer.sms, "SMS")
    texts = {}
    for channel, template in (("web", answer.web), ("sms", answer.sms)):
        try:
            texts[channel] = compose(
                answer.intent, template, channel=channel, settings=settings, now=now
            ).text
        except (KeyError, ValueError, IndexError) as error:
            found.append(f"{channel} text has an unknown placeholder: {error}")
    if "web" in texts and len(texts["web"].split()) > MAX_WEB_WORDS:
        found.append(f"web text has more than {MAX_WEB_WORDS} words")
    if "sms" in texts and len(texts["sms"]) > MAX_SMS_CHARACTERS:
        found.append(f"SMS text has more than {MAX_SMS_CHARACTERS} characters")
    return found


def _matches(rules: dict[str, str], text: str, where: str) -> list[str]:
    found = []
    for name, pattern in rules.items():
        match = re.search(pattern, text, re.IGNORECASE)
        if match:
            found.append(f"{where}: {name} ({match.group()!r})")
    return found


def overdue(answers: Iterable[Answer], today: dt.date) -> list[str]:
    """Warnings for answers past their review date or resting on an expired fact."""
    warnings = []
    known = facts()
    for answer in answers:
        if answer.provenance.next_review < today:
            warnings.append(f"{answer.intent}: review was due {answer.provenance.next_review}")
        for key in answer.provenance.facts:
            expires = known[key].expires if key in known else None
            if expires and expires < today:
                warnings.append(f"{answer.intent}: fact {key} expired {expires}")
    return warnings
