"""HTML pages for evaluation results."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment

from bot.operations.evaluation import TopicReport, TopicResult

_PAGE = Environment(autoescape=True).from_string(
    """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>
<style>body{font:15px/1.5 system-ui;margin:2rem;max-width:70rem}table{border-collapse:collapse}
td,th{padding:.2rem .7rem;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}
img{max-width:100%}</style></head><body><h1>{{ title }}</h1>
{% for table in tables %}<h2>{{ table.title }}</h2><table><tr>{% for cell in table.head %}
<th>{{ cell }}</th>{% endfor %}</tr>{% for row in table.rows %}<tr>{% for cell in row %}
<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>{% endfor %}
{% if picture %}<h2>Confusion</h2><img alt="Which topics are taken for which"
 src="data:image/png;base64,{{ picture }}">{% endif %}</body></html>
"""
)


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    return {"title": title, "head": head, "rows": rows}


def topic_page(report: TopicReport, results: Sequence[TopicResult], folder: Path) -> Path:
    """Write `topics.html` with figures, a confusion picture and the wrong messages."""
    figures = [
        ("messages", report.count),
        ("accuracy", f"{report.accuracy:.3f}"),
        ("macro F1", f"{report.macro_f1:.3f}"),
        (f"accuracy over {report.faq_count} FAQ messages", f"{report.faq_accuracy:.3f}"),
        ("top 3 over FAQ messages", f"{report.faq_top3:.3f}"),
        ("out of scope not answered with a topic", _percent(report.out_of_scope_recall)),
        ("answerable messages rejected", _percent(report.false_rejections)),
    ]
    topics = [
        (name, int(row["support"]), f"{row['precision']:.2f}", f"{row['recall']:.2f}")
        for name, row in sorted(report.topics.items(), key=lambda item: item[1]["recall"])
    ]
    tables = [
        _table("Figures", ("what", "value"), figures),
        _table("Most confused", ("true", "given", "times"), report.confused),
        _table("Topics", ("topic", "messages", "precision", "recall"), topics),
        _table(
            "Wrong",
            ("message", "true", "given", "next"),
            [(r.text, r.truth, r.given, ", ".join(r.order[:3])) for r in report.wrong],
        ),
    ]
    return _write(folder / "topics.html", "Topics", tables, _confusion(results))


def crisis_page(report: dict[str, Any], folder: Path) -> Path:
    """Write `crisis.html` with figures, misses and false alarms."""
    figures = [
        (key, value if isinstance(value, int) else f"{value:.4f}")
        for key, value in report.items()
        if isinstance(value, (int, float))
    ]
    splits = [
        (name, key, row["n"], f"{row['recall']:.3f}")
        for name, rows in report["recall_by"].items()
        for key, row in rows.items()
    ]
    tables = [
        _table("Figures", ("what", "value"), figures),
        _table("Recall by", ("split", "value", "messages", "recall"), splits),
        _table("Misses", ("message",), [(text,) for text in report["misses"]]),
        _table("False alarms", ("message",), [(text,) for text in report["false_alarm_texts"]]),
        _table(
            "Acute replies to informational messages",
            ("message",),
            [(text,) for text in report["informational_acute_texts"]],
        ),
    ]
    return _write(folder / "crisis.html", "Crisis guard", tables, None)


def _write(path: Path, title: str, tables: list[dict[str, Any]], picture: str | None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    page = _PAGE.render(title=title, tables=tables, picture=picture)
    path.write_text(page, encoding="utf-8")
    return path


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _confusion(results: Sequence[TopicResult]) -> str:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import numpy as np

    names = sorted({r.truth for r in results} | {r.given for r in results})
    matrix = np.zeros((len(names), len(names)))
    for r in results:
        matrix[names.index(r.truth), names.index(r.given)] += 1
    size = max(6.0, len(names) * 0.18)
    figure, axes = plt.subplots(figsize=(size, size))
    axes.imshow(matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1), cmap="Blues")
    axes.set_xticks(range(len(names)))
    axes.set_xticklabels(names, rotation=90, fontsize=6)
    axes.set_yticks(range(len(names)))
    axes.set_yticklabels(names, fontsize=6)
    axes.set_xlabel("given")
    axes.set_ylabel("true")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, bbox_inches="tight")
    plt.close(figure)
    return base64.b64encode(buffer.getvalue()).decode("ascii")
