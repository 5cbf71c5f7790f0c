"""Wording for a channel: the disclosure comes first, buttons only where they can be shown."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
import yaml

from bot.answers.catalog import answers, topic_of
from bot.answers.compose import CONTACT_TOPICS, Wording, as_message, compose, disclosure
from bot.paths import ROOT

if TYPE_CHECKING:
    from bot.clinic.settings import ClinicSettings
    from tests.conftest import MakeClinic

NOW = dt.datetime(2026, 11, 24, 18, 0, tzinfo=dt.timezone.utc)


def worded(
    clinic: ClinicSettings,
    template: str = "Words.",
    intent: str = "faq/nausea",
    channel: str = "web",
    first: bool = False,
) -> Wording:
    return compose(intent, template, channel=channel, settings=clinic, now=NOW, first=first)


@pytest.mark.parametrize(("channel", "joint"), [("web", "\n\n"), ("collector", "\n\n"), ("sms", " ")])
def test_the_first_reply_discloses_the_assistant_before_anything_else(
    clinic: ClinicSettings, channel: str, joint: str
) -> None:
    text = worded(clinic, channel=channel, first=True).text
    assert text == f"{disclosure(channel, clinic)}{joint}Words."


@pytest.mark.parametrize("channel", ["web", "collector", "sms"])
def test_a_later_reply_does_not_disclose_again(clinic: ClinicSettings, channel: str) -> None:
    assert worded(clinic, channel=channel).text == "Words."


@pytest.mark.parametrize("channel", ["web", "sms"])
@pytest.mark.parametrize(
    "words",
    ["Example Practice", "automated assistant", "not a person", "not for emergencies", "911", "text 988"],
)
def test_the_disclosure_says_who_speaks_and_whom_to_call(
    clinic: ClinicSettings, channel: str, words: str
) -> None:
    assert words in disclosure(channel, clinic)


def test_the_disclosure_on_sms_says_that_texts_are_not_private(clinic: ClinicSettings) -> None:
    assert "Texts are not private." in disclosure("sms", clinic)
    assert len(disclosure("sms", clinic)) <= 160


@pytest.mark.parametrize("channel", ["web", "collector"])
@pytest.mark.parametrize("topic", sorted(CONTACT_TOPICS))
def test_a_topic_about_contact_has_buttons_on_the_web(
    clinic: ClinicSettings, channel: str, topic: str
) -> None:
    assert worded(clinic, intent=f"faq/{topic}", channel=channel).buttons == [
        {
            "title": "Ask for an appointment",
            "type": "web_url",
            "payload": "https://clinic.example.com/book",
        },
        {"title": "Call (213) 555-0142", "type": "web_url", "payload": "tel:+12135550142"},
    ]


@pytest.mark.parametrize(
    ("intent", "channel"),
    [
        ("booking/new", "sms"),
        ("booking/new", "queue"),
        ("booking/new", "rest"),
        ("faq/nausea", "web"),
        ("faq/nausea", "collector"),
        ("medical_advice/dose", "web"),
        ("out_of_scope", "web"),
        ("not_understood", "collector"),
    ],
)
def test_there_are_no_buttons_elsewhere(clinic: ClinicSettings, intent: str, channel: str) -> None:
    assert worded(clinic, intent=intent, channel=channel).buttons == []


def test_every_topic_about_contact_has_an_answer() -> None:
    assert {topic_of(intent) for intent in answers()} >= CONTACT_TOPICS


@pytest.mark.parametrize("phone", ["(213) 555-0142", "+1 213.555.0142", "1-213-555-0142", "2135550142"])
def test_the_call_button_dials_the_number_however_it_is_written(make_clinic: MakeClinic, phone: str) -> None:
    _, call = worded(make_clinic(phone=phone), intent="booking/new").buttons
    assert call["title"] == f"Call {phone}"
    assert call["payload"] == "tel:+12135550142"


def test_placeholders_are_filled_with_the_clinic_s_details(clinic: ClinicSettings) -> None:
    text = worded(clinic, " {clinic} in {city}: {phone}. {call_911}.\n").text
    assert text == "Example Practice in Los Angeles: (213) 555-0142. call 911."


def test_braces_in_the_clinic_s_own_words_are_left_alone(make_clinic: MakeClinic) -> None:
    clinic = make_clinic(payment_options="Pay {phone} by card.")
    assert worded(clinic, "{payment}").text == "Pay {phone} by card."


def test_an_unknown_placeholder_is_an_error(clinic: ClinicSettings) -> None:
    with pytest.raises(KeyError, match="contcat"):
        worded(clinic, "{contcat}")


@pytest.mark.parametrize("channel", ["web", "sms"])
@pytest.mark.parametrize("intent", sorted(answers()))
def test_no_answer_keeps_a_placeholder(clinic: ClinicSettings, intent: str, channel: str) -> None:
    text = worded(clinic, getattr(answers()[intent], channel), intent, channel).text
    assert not re.search(r"[{}]", text)
    assert text == text.strip() != ""


def test_the_domain_s_own_replies_can_be_filled(clinic: ClinicSettings) -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    templates = [item["text"] for variations in domain["responses"].values() for item in variations]
    assert len(templates) >= 4
    assert not [text for text in templates if re.search(r"[{}]", worded(clinic, text).text)]


def test_a_message_has_buttons_only_if_there_are_some() -> None:
    button = {"title": "Call", "type": "web_url", "payload": "tel:+12135550142"}
    assert as_message(Wording("Words.", []), intent="faq/nausea", facts=["F001"]) == {
        "text": "Words.",
        "metadata": {"intent": "faq/nausea", "facts": ["F001"]},
    }
    assert as_message(Wording("Words.", [button]))["buttons"] == [button]
