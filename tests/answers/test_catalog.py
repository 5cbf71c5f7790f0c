"""Reading the content files: a mistake is named with its file and answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.answers.catalog import CatalogError, answers, examples, parse_answer, topic_of

METADATA: dict[str, Any] = {
    "title": "a made-up topic",
    "facts": ["F001"],
    "author": "content team",
    "written_on": "2026-11-23",
    "review": "pending",
    "reviewer": None,
    "reviewed_on": None,
    "next_review": "2027-05-23",
}
WEB = {"text": "Words for the web.", "metadata": METADATA}
SMS = {"channel": "sms", "text": "Words for SMS."}


@pytest.mark.parametrize(
    ("intent", "topic"),
    [
        ("faq/cost", "cost"),
        ("booking/new", "booking"),
        ("about_assistant/privacy", "about_assistant"),
        ("out_of_scope", "out_of_scope"),
    ],
)
def test_an_intent_belongs_to_a_topic(intent: str, topic: str) -> None:
    assert topic_of(intent) == topic


def test_an_answer_has_one_text_for_sms_and_one_for_the_rest() -> None:
    answer = parse_answer("faq/made_up", [WEB, SMS])
    assert (answer.topic, answer.web, answer.sms) == ("made_up", WEB["text"], SMS["text"])
    assert answer.provenance.review == "pending"


@pytest.mark.parametrize(
    ("variations", "message"),
    [
        ([WEB], "needs one text for all channels and one for SMS"),
        ([SMS], "needs one text for all channels and one for SMS"),
        ([WEB, WEB, SMS], "needs one text for all channels and one for SMS"),
        ([{"text": "Words."}, SMS], "title"),
        ([{**WEB, "metadata": {**METADATA, "autor": "x"}}, SMS], "autor"),
        ([{**WEB, "metadata": {**METADATA, "review": "done"}}, SMS], "review"),
        ([{**WEB, "metadata": {**METADATA, "next_review": "soon"}}, SMS], "next_review"),
        ([{"metadata": METADATA}, SMS], "text"),
        ([WEB, {"channel": "sms"}], "text"),
    ],
)
def test_a_malformed_answer_is_named(variations: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(CatalogError, match=f"faq/made_up: (?s:.*){message}"):
        parse_answer("faq/made_up", variations)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("nlu: [", "made_up.yml: "),
        ("- a list\n", "made_up.yml: expected `nlu:` and `responses:`"),
        (
            yaml.safe_dump({"responses": {"utter_faq/made_up": [WEB]}}),
            "made_up.yml: faq/made_up: needs one text",
        ),
    ],
)
def test_a_malformed_file_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "made_up.yml").write_text(content, encoding="utf-8")
    with pytest.raises(CatalogError, match=message):
        answers(tmp_path)


def test_answers_and_examples_are_read_from_all_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        content = {
            "nlu": [{"intent": f"faq/{name}", "examples": f"- what is {name}\n- {name}?\n"}],
            "responses": {f"utter_faq/{name}": [WEB, SMS]},
        }
        (tmp_path / f"{name}.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    assert set(answers(tmp_path)) == {"faq/one", "faq/two"}
    assert list(examples(tmp_path)) == [
        ("faq/one", "what is one"),
        ("faq/one", "one?"),
        ("faq/two", "what is two"),
        ("faq/two", "two?"),
    ]
