from __future__ import annotations

import re
from collections import Counter

import pytest

from bot.safety import replies
from bot.safety.replies import reply, situations, variants
from bot.safety.resources import resources

SMS_CHARACTERS = 320
LANGUAGES = ("en", "es")
CHANNELS = ("web", "sms")
OPENINGS = [
    *(
        f"{danger}_{level}"
        for danger in ("suicide", "self_harm", "harm_others", "medical", "abuse")
        for level in ("acute", "possible")
    ),
    "abuse_sexual",
    "abuse_child",
    "other_person",
    "other_medical",
    "other_abuse",
    "minor_suicide",
    "minor_abuse",
]
FOLLOW_UPS = [
    "in_danger",
    "still_there",
    "safe_for_now",
    "safe_thanks_done",
    "angry",
    "leave_me_alone",
    "afraid_to_call",
    "nobody_there",
    "hold_back",
    "false_alarm",
    "reset_attempt",
    "wrong_number_988",
    "informational_line",
]
FAULTS = ["fault", "too_long"]
SELLING = re.compile(r"\b(?:(?:es)?ketamin\w*|spravato|appointments?|citas?|booking|infusi\w+)\b", re.I)
AUTOMATED = {"en": re.compile(r"\bautomated\b", re.I), "es": re.compile(r"\bautomátic[oa]\b", re.I)}
ASKED = re.compile(r"[.!?¿:]\s*([^.!?¿]*)\?$")

every_situation = pytest.mark.parametrize("situation", situations())
every_opening = pytest.mark.parametrize("situation", OPENINGS)
every_language = pytest.mark.parametrize("language", LANGUAGES)
every_channel = pytest.mark.parametrize("channel", CHANNELS)


def question_kind(text: str) -> str:
    """What a yes to the last question means: `danger`, `safe`, or nothing about safety."""
    asked = ASKED.search(text.replace("\n", " "))
    if not asked:
        return "no question"
    if re.search(r"\b(?:life|vida)\b", asked.group(1)):
        return "yes is danger"
    return "yes is safe" if re.search(r"\b(?:safe|salvo)\b", asked.group(1)) else "neither"


def test_every_situation_is_known_here() -> None:
    assert sorted(situations()) == sorted([*OPENINGS, *FOLLOW_UPS, *FAULTS])


@every_channel
@every_language
@every_situation
def test_a_situation_renders_without_open_placeholders(situation: str, language: str, channel: str) -> None:
    texts = variants(situation, language, channel)
    assert len(texts) >= 2
    for text in texts:
        assert text
        assert text == text.strip()
        assert not re.search(r"[{}]|\bNone\b", text)


@every_language
@every_situation
def test_a_text_message_is_at_most_320_characters_long(situation: str, language: str) -> None:
    assert [text for text in variants(situation, language, "sms") if len(text) > SMS_CHARACTERS] == []


@every_channel
@every_language
@every_opening
def test_an_opening_names_the_emergency_number_and_the_lifeline(
    situation: str, language: str, channel: str
) -> None:
    for text in variants(situation, language, channel):
        assert resources()["emergency"].call in text
        assert resources()["lifeline"].call in text


@every_channel
@every_language
@every_opening
def test_an_opening_says_that_it_is_automated(situation: str, language: str, channel: str) -> None:
    assert [
        text for text in variants(situation, language, channel) if not AUTOMATED[language].search(text)
    ] == []


@every_channel
@every_language
@every_opening
def test_an_opening_ends_with_a_question(situation: str, language: str, channel: str) -> None:
    assert {text[-1] for text in variants(situation, language, channel)} == {"?"}


@every_channel
@every_language
@every_situation
def test_every_reply_names_a_number_to_reach_a_person(situation: str, language: str, channel: str) -> None:
    reachable = [resources()[key].call for key in ("emergency", "lifeline")]
    texts = variants(situation, language, channel)
    assert [text for text in texts if not any(str(number) in text for number in reachable)] == []


@every_channel
@every_language
@every_situation
def test_no_reply_sells_treatment(situation: str, language: str, channel: str) -> None:
    assert [text for text in variants(situation, language, channel) if SELLING.search(text)] == []


@pytest.mark.parametrize(
    "text", ["Try ketamine.", "SPRAVATO helps", "book an appointment", "haz una cita", "esketamina"]
)
def test_selling_words_are_noticed(text: str) -> None:
    assert SELLING.search(text)


@every_channel
@every_language
def test_no_two_texts_are_equal(language: str, channel: str) -> None:
    texts = Counter(text.casefold() for name in situations() for text in variants(name, language, channel))
    assert [text for text, count in texts.items() if count > 1] == []


@every_language
@pytest.mark.parametrize("situation", [name for name in situations() if name not in FAULTS])
def test_spanish_and_english_texts_differ(situation: str, language: str) -> None:
    other = "es" if language == "en" else "en"
    assert not set(variants(situation, language, "web")) & set(variants(situation, other, "web"))


def test_turns_go_round_through_all_texts() -> None:
    texts = variants("still_there", "es", "sms")
    assert [reply("still_there", "es", "sms", turn) for turn in range(2 * len(texts))] == [*texts, *texts]


@pytest.mark.parametrize("channel", ["collector", "rest", "", "cmdline"])
def test_every_channel_but_sms_reads_the_web_texts(channel: str) -> None:
    assert (
        variants("fault", "en", channel) == variants("fault", "en", "web") != variants("fault", "en", "sms")
    )


def test_without_clinic_details_the_emergency_texts_still_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable() -> None:
        raise replies.SettingsError("no clinic.yml")

    monkeypatch.setattr(replies, "clinic_settings", unreadable)
    replies._placeholders.cache_clear()
    try:
        assert all("911" in text and "988" in text for text in variants("fault", "en", "web"))
    finally:
        replies._placeholders.cache_clear()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Please call. Are you safe right now?", "yes is safe"),
        ("I matter. Are you thinking about ending your life?", "yes is danger"),
        ("Your life matters. Are you safe?", "yes is safe"),
        ("Llama. ¿Piensas en quitarte la vida?", "yes is danger"),
        ("Is someone with you? Please call.", "no question"),
        ("Please call. Is someone with you?", "neither"),
    ],
)
def test_a_question_is_recognized_by_its_last_sentence(text: str, kind: str) -> None:
    assert question_kind(text) == kind


SAME_QUESTION_DEFECTS = {
    (situation, language)
    for situation in ("suicide_acute", "suicide_possible", "minor_suicide")
    for language in LANGUAGES
}


@pytest.mark.parametrize(
    ("situation", "language"),
    [
        pytest.param(
            situation,
            language,
            marks=[
                pytest.mark.xfail(reason="care.py reads a yes by the web text's question, SMS asks another")
            ]
            if (situation, language) in SAME_QUESTION_DEFECTS
            else [],
        )
        for situation in situations()
        for language in LANGUAGES
    ],
)
def test_the_same_turn_asks_the_same_kind_of_question_in_every_channel(situation: str, language: str) -> None:
    kinds = {
        channel: [question_kind(reply(situation, language, channel, turn)) for turn in range(12)]
        for channel in CHANNELS
    }
    answerable = ("yes is safe", "yes is danger")
    web = [kind if kind in answerable else "neither" for kind in kinds["web"]]
    sms = [kind if kind in answerable else "neither" for kind in kinds["sms"]]
    assert web == sms
