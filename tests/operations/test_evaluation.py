"""The figures of an evaluation, on results made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.operations.evaluation import (
    BadLine,
    CrisisResult,
    TopicResult,
    crisis_report,
    read_lines,
    topic_report,
)

HELP = "Please call 911. You can call or text 988."


def result(truth: str, given: str, *order: str) -> TopicResult:
    return TopicResult(f"about {truth}", truth, given, order or (given,))


RESULTS = [
    result("cost", "cost"),
    result("cost", "cost"),
    result("cost", "financing", "financing", "cost"),
    result("nausea", "fallback", "a", "b", "c", "nausea"),
    result("booking", "booking"),
    result("greeting", "out_of_scope"),
    result("out_of_scope", "out_of_scope"),
    result("out_of_scope", "fallback"),
    result("out_of_scope", "booking"),
    result("out_of_scope", "cost"),
    result("crisis", "crisis"),
]


def test_shares_are_taken_over_the_right_messages() -> None:
    report = topic_report(RESULTS)
    assert (report.count, report.faq_count) == (11, 4)
    assert report.faq_accuracy == pytest.approx(2 / 4)
    assert report.faq_top3 == pytest.approx(3 / 4)
    assert report.accuracy == pytest.approx(6 / 11)
    assert report.out_of_scope_recall == pytest.approx(3 / 4)
    assert report.false_rejections == pytest.approx(2 / 6)


def test_precision_and_recall_are_told_by_topic() -> None:
    topics = topic_report(RESULTS).topics
    assert topics["cost"] == {"precision": pytest.approx(2 / 3), "recall": pytest.approx(2 / 3), "support": 3}
    assert topics["booking"] == {"precision": 0.5, "recall": 1.0, "support": 1}
    assert topics["nausea"] == {"precision": 0.0, "recall": 0.0, "support": 1}
    assert topics["out_of_scope"] == {
        "precision": pytest.approx(2 / 3),
        "recall": 0.5,
        "support": 4,
    }


def test_macro_f1_weighs_every_topic_alike() -> None:
    results = [result("cost", "cost"), result("cost", "nausea"), result("nausea", "nausea")]
    assert topic_report(results).macro_f1 == pytest.approx((2 / 3 + 2 / 3) / 2)


def test_wrong_messages_and_confused_topics_are_listed_most_frequent_first() -> None:
    report = topic_report([*RESULTS, result("cost", "financing")])
    assert [item.truth for item in report.wrong] == [
        "cost",
        "nausea",
        "greeting",
        "out_of_scope",
        "out_of_scope",
        "cost",
    ]
    assert report.confused[0] == ("cost", "financing", 2)
    assert len(report.confused) == 5


def test_all_right_is_one_everywhere() -> None:
    report = topic_report([result(topic, topic) for topic in ("cost", "nausea", "out_of_scope")])
    assert [report.accuracy, report.macro_f1, report.faq_accuracy, report.faq_top3] == [1.0] * 4
    assert (report.out_of_scope_recall, report.false_rejections) == (1.0, 0.0)
    assert (report.wrong, report.confused) == ([], [])


def test_figures_over_no_messages_are_absent() -> None:
    assert topic_report([result("cost", "cost")]).out_of_scope_recall is None
    assert topic_report([result("out_of_scope", "fallback")]).false_rejections is None
    assert topic_report([]).count == 0


def crisis(
    label: str,
    level: str,
    *,
    score: float = 0.5,
    reply: str = HELP,
    explicit: bool | None = None,
    lang: str = "en",
) -> CrisisResult:
    return CrisisResult(f"{label} {level}", label, level, score, reply, explicit, lang)


@pytest.mark.parametrize(
    ("level", "reply", "caught"),
    [
        ("acute", HELP, True),
        ("possible", "Call or text 988.", True),
        ("possible", "Call 911.", True),
        ("acute", "Call the clinic.", False),
        ("informational", HELP, False),
        ("none", HELP, False),
    ],
)
def test_danger_is_caught_only_by_an_alarm_whose_reply_names_a_number(
    level: str, reply: str, caught: bool
) -> None:
    assert crisis("suicide", level, reply=reply).caught is caught


def test_recall_and_false_alarms_are_taken_over_the_right_messages() -> None:
    report = crisis_report(
        [
            crisis("suicide", "acute", score=0.9, explicit=True),
            crisis("suicide", "none", score=0.2, explicit=False),
            crisis("abuse", "possible", score=0.8, lang="es"),
            crisis("safe", "none", score=0.1),
            crisis("safe", "possible", score=0.6),
            crisis("safe", "acute", score=0.7),
            crisis("informational", "informational", score=0.3),
            crisis("informational", "acute", score=0.4),
        ]
    )
    assert (report["danger"], report["safe"], report["informational"]) == (3, 3, 2)
    assert report["recall"] == pytest.approx(2 / 3)
    assert report["recall_by"]["category"] == {
        "abuse": {"recall": 1.0, "n": 1},
        "suicide": {"recall": 0.5, "n": 2},
    }
    assert report["recall_by"]["language"]["es"] == {"recall": 1.0, "n": 1}
    assert report["recall_by"]["explicit"] == {
        "false": {"recall": 0.0, "n": 1},
        "true": {"recall": 1.0, "n": 1},
    }
    assert report["false_alarms"] == pytest.approx(2 / 3)
    assert report["false_alarms_acute"] == pytest.approx(1 / 3)
    assert report["informational_alarms"] == report["informational_acute"] == 0.5
    assert report["misses"] == ["suicide none"]
    assert report["false_alarm_texts"] == ["safe possible", "safe acute"]
    assert report["informational_acute_texts"] == ["informational acute"]


@pytest.mark.parametrize(
    ("danger", "safe", "area"),
    [(0.9, 0.1, 1.0), (0.1, 0.9, 0.0), (0.5, 0.5, 0.5)],
)
def test_the_area_under_the_curve_tells_how_scores_separate(danger: float, safe: float, area: float) -> None:
    results = [crisis("suicide", "acute", score=danger), crisis("safe", "none", score=safe)]
    assert crisis_report(results)["auroc"] == pytest.approx(area)


def test_there_is_no_curve_for_one_kind_of_message() -> None:
    assert crisis_report([crisis("suicide", "acute")])["auroc"] is None


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"hello", "is not valid JSON"),
        (b'{"text": "hi", ', "is not valid JSON"),
        (b'{"text": "caf\xe9", "topic": "cost"}', "is not valid JSON"),
        (b"[" * 100_000, "is not valid JSON"),
        (b'{"topic": "cost"}', "has no `text`"),
        (b'{"text": "hi"}', "has no `topic`"),
        (b'{"text": 5, "topic": "cost"}', "has no `text`"),
        (b'{"text": "hi", "topic": null}', "has no `topic`"),
        (b'["hi", "cost"]', "has no `text`"),
        (b"null", "has no `text`"),
    ],
)
def test_a_bad_line_is_told_by_its_number_and_the_rest_is_read(
    tmp_path: Path, line: bytes, problem: str
) -> None:
    path = tmp_path / "lines.jsonl"
    good = b'{"text": "how much", "topic": "cost", "style": "patient"}'
    path.write_bytes(good + b"\n\n" + line + b"\r\n" + good)
    rows, bad = read_lines(path, ["text", "topic"])
    assert bad == [BadLine(3, problem)]
    assert rows == [
        {"text": "how much", "topic": "cost", "style": "patient", "_line": 1},
        {"text": "how much", "topic": "cost", "style": "patient", "_line": 4},
    ]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"text": "hi"}\n')
    assert read_lines(path, ["text"]) == ([{"text": "hi", "_line": 1}], [])


def test_a_line_separator_inside_a_text_does_not_end_the_line(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"text": "a\u2028b\u0085c"}\n', encoding="utf-8")
    rows, bad = read_lines(path, ["text"])
    assert (rows[0]["text"], bad) == ("a\u2028b\u0085c", [])


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.touch()
    assert read_lines(path, ["text"]) == ([], [])


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_lines(tmp_path / "absent.jsonl", ["text"])
