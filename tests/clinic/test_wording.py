"""Phrases for the clinic's details: right when a field is set, right when it is left out."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest

from bot.clinic.wording import phrases

if TYPE_CHECKING:
    from bot.clinic.settings import ClinicSettings
    from tests.conftest import MakeClinic

NOW = dt.datetime(2026, 11, 24, 18, 0, tzinfo=dt.timezone.utc)
SENTENCES = (
    "contact",
    "hours",
    "weekly_hours",
    "address",
    "plans",
    "forms",
    "prices",
    "payment",
    "telehealth",
    "after_hours",
    "cancellation",
)
EVERYTHING: dict[str, Any] = {
    "address": "1 Example Avenue, Los Angeles, CA 90000",
    "directions": "Park behind the house.",
    "closed_dates": ["2026-12-25"],
    "after_hours_phone": "(213) 555-0177",
    "forms_offered": ["IV infusion", "Spravato"],
    "plans_accepted": ["Example Health", "Sample Care"],
    "prices": [{"item": "First visit", "price": "$100"}, {"item": "Infusion", "price": "$200"}],
    "payment_options": "You can pay by card.",
    "video_visits": True,
    "cancellation_policy": "Please cancel a day ahead.",
}


@pytest.mark.parametrize(
    ("field", "placeholder", "otherwise", "sentence"),
    [
        (
            "address",
            "address",
            "The clinic is in Los Angeles; the front desk can give you directions.",
            "The clinic is at 1 Example Avenue, Los Angeles, CA 90000.",
        ),
        (
            "after_hours_phone",
            "after_hours",
            "Ask the clinic whom to call after hours.",
            "After hours, call (213) 555-0177.",
        ),
        (
            "forms_offered",
            "forms",
            "Please ask the clinic which forms it offers.",
            "The clinic offers: IV infusion, Spravato.",
        ),
        (
            "plans_accepted",
            "plans",
            "Please ask the clinic which plans it takes.",
            "The clinic works with these plans: Example Health, Sample Care.",
        ),
        (
            "prices",
            "prices",
            "The clinic can tell you its exact prices.",
            "The clinic's prices: First visit $100, Infusion $200.",
        ),
        (
            "payment_options",
            "payment",
            "Please ask the clinic about ways to pay.",
            "You can pay by card.",
        ),
        (
            "video_visits",
            "telehealth",
            "Please ask the clinic whether it offers video visits.",
            "The clinic offers some video visits.",
        ),
        (
            "cancellation_policy",
            "cancellation",
            "Please ask the clinic about its cancellation rules.",
            "Please cancel a day ahead.",
        ),
    ],
)
def test_an_optional_field_is_told_or_the_person_is_sent_to_the_clinic(
    make_clinic: MakeClinic, field: str, placeholder: str, otherwise: str, sentence: str
) -> None:
    assert phrases(make_clinic(), NOW)[placeholder] == otherwise
    assert phrases(make_clinic(**{field: None}), NOW)[placeholder] == otherwise
    assert phrases(make_clinic(**{field: EVERYTHING[field]}), NOW)[placeholder] == sentence


@pytest.mark.parametrize(
    ("field", "placeholder"),
    [("forms_offered", "forms"), ("plans_accepted", "plans"), ("prices", "prices")],
)
def test_an_empty_list_counts_as_left_out(make_clinic: MakeClinic, field: str, placeholder: str) -> None:
    assert phrases(make_clinic(**{field: []}), NOW)[placeholder] == phrases(make_clinic(), NOW)[placeholder]


def test_no_video_visits_is_not_the_same_as_not_knowing(make_clinic: MakeClinic) -> None:
    told = phrases(make_clinic(video_visits=False), NOW)["telehealth"]
    assert told == "The clinic does not offer video visits."


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (("address", "directions"), "The clinic is at 1 Example .* 90000[.] Park behind the house[.]"),
        (("directions",), "The clinic is in Los Angeles; the front desk can give you directions[.]"),
    ],
)
def test_directions_follow_the_address(
    make_clinic: MakeClinic, fields: tuple[str, ...], sentence: str
) -> None:
    told = phrases(make_clinic(**{field: EVERYTHING[field] for field in fields}), NOW)["address"]
    assert re.fullmatch(sentence, told)


@pytest.mark.parametrize("placeholder", SENTENCES)
@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="all left out"),
        pytest.param(EVERYTHING, id="all set"),
        pytest.param({"address": "1 Example Ave."}, id="address ends with a full stop"),
        pytest.param({"plans_accepted": ["Example Health Inc."]}, id="plan ends with a full stop"),
    ],
)
def test_a_phrase_is_one_or_more_sentences(
    make_clinic: MakeClinic, fields: dict[str, Any], placeholder: str
) -> None:
    told = phrases(make_clinic(**fields), NOW)[placeholder]
    assert re.fullmatch(r"[A-Z][^\n{}]*[^.\s][.]", told)
    assert "None" not in told


@pytest.mark.parametrize(
    ("placeholder", "expected"),
    [
        ("clinic", "Example Practice"),
        ("city", "Los Angeles"),
        ("phone", "(213) 555-0142"),
        ("contact_sms", "Clinic: (213) 555-0142, clinic.example.com"),
        ("booking_url", "https://clinic.example.com/book"),
        ("privacy_notice_url", "https://clinic.example.com/privacy"),
        ("contact", "Call the clinic at (213) 555-0142 or book at https://clinic.example.com/book."),
        ("hours", "The clinic is open now, until 5 pm."),
        ("call_911", "call 911"),
        ("call_988", "call or text 988"),
    ],
)
def test_a_required_field_is_told_as_it_stands(
    clinic: ClinicSettings, placeholder: str, expected: str
) -> None:
    assert phrases(clinic, NOW)[placeholder] == expected
