"""The `bot` command for staff and developers."""

from __future__ import annotations

import os

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import asyncio
import datetime as dt
import json
import logging
import sys
import warnings
from pathlib import Path

import click

from bot.answers.catalog import CatalogError, answers
from bot.answers.checks import overdue, problems
from bot.clinic.settings import SettingsError, clinic_settings
from bot.operations.assistant import Answered, Assistant, NoModel
from bot.operations.evaluation import (
    BadLine,
    CrisisResult,
    TopicResult,
    crisis_report,
    read_lines,
    topic_report,
)
from bot.operations.serving import ACTION_PORT, ServerFailed, serve
from bot.operations.training import TrainingFailed, current_model, ensure_trained
from bot.safety.corpus import CorpusError
from bot.safety.resources import unverified

CHANNELS = click.Choice(["web", "sms", "shell"])
EXPECTED = (SettingsError, CatalogError, CorpusError, NoModel, TrainingFailed, ServerFailed)
INPUT_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Group(click.Group):
    """Turns expected errors into one clear message."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; expected errors end it with status 1."""
        try:
            return super().invoke(ctx)
        except EXPECTED as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Group)
def main() -> None:
    """The clinic assistant's tools."""
    warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)


@main.command()
def train() -> None:
    """Train a model unless there is one for the current data."""
    clinic_settings()
    answers()
    model = current_model()
    if model is not None:
        click.echo(f"The model {model.name} belongs to the current data.")
        return
    ensure_trained()


@main.command()
@click.option("--port", type=int, envvar="PORT", default=5005, show_default=True)
@click.option("--action-port", type=int, envvar="ACTION_PORT", default=ACTION_PORT)
def run(port: int, action_port: int) -> None:
    """Train if needed, start all servers, print the address."""
    clinic_settings()
    _warn()
    model = ensure_trained()
    sys.exit(serve(str(model), port, action_port))


def _warn() -> list[str]:
    today = dt.date.today()
    found = overdue(answers().values(), today)
    found += [
        f"resource {item.id} {item.name}: last verified {item.verified}, call-test it"
        for item in unverified(today)
    ]
    for line in found:
        click.echo(f"warning: {line}", err=True)
    return found


@main.group("answers")
def answers_group() -> None:
    """The written answers."""


@answers_group.command("check")
def answers_check() -> None:
    """List what is wrong with the answers (status 1) and what is past its date (a warning)."""
    settings = clinic_settings()
    now = dt.datetime.now(dt.timezone.utc)
    wrong = [
        f"{answer.intent}: {problem}"
        for answer in answers().values()
        for problem in problems(answer, settings, now)
    ]
    for line in wrong:
        click.echo(f"error: {line}", err=True)
    past = _warn()
    pending = sum(answer.provenance.review == "pending" for answer in answers().values())
    click.echo(
        f"{len(answers())} answers, {pending} waiting for a clinician, "
        f"{len(wrong)} wrong, {len(past)} warnings"
    )
    sys.exit(1 if wrong else 0)


@main.command()
@click.option("--channel", type=CHANNELS, default="web", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a message.")
@click.option("--file", "path", type=INPUT_FILE, help="JSON Lines with `text` and, optionally, `sender`.")
@click.argument("text", nargs=-1)
def ask(channel: str, as_json: bool, path: Path | None, text: tuple[str, ...]) -> None:
    """Ask the whole assistant in one process; each TEXT is a conversation of its own."""
    rows = [{"text": item} for item in text]
    bad: list[BadLine] = []
    if path is not None:
        more, bad = read_lines(path, ["text"])
        rows += more
    for line in bad:
        click.echo(f"line {line.number} {line.problem}", err=True)
    if not rows and not bad:
        raise click.UsageError("Give a TEXT or --file.")
    if rows:
        asyncio.run(_ask_all(rows, channel, as_json))
    sys.exit(1 if bad else 0)


async def _ask_all(rows: list[dict[str, str]], channel: str, as_json: bool) -> None:
    assistant = Assistant(channel)
    for row in rows:
        sender = row.get("sender")
        answered = await assistant.ask(row["text"], str(sender) if sender else None)
        if as_json:
            click.echo(json.dumps(answered.as_json(), ensure_ascii=False).encode("utf-8", "replace"))
        else:
            click.echo(_spoken(answered))


def _spoken(answered: Answered) -> str:
    lines = [f"> {answered.text}"]
    for item in answered.replies:
        lines += [item["text"], *(f"[{button['title']}]" for button in item["buttons"])]
    detail = f"({answered.topic}, {answered.confidence:.2f}, {answered.milliseconds:.0f} ms)"
    return "\n".join([*lines, detail, ""])


@main.command()
@click.argument("path", metavar="FILE", type=INPUT_FILE)
@click.option("--crisis", is_flag=True, help="Lines have `text` and `label`; measures the guard.")
@click.option("--report", type=click.Path(file_okay=False, path_type=Path), help="Folder for HTML.")
def evaluate(path: Path, crisis: bool, report: Path | None) -> None:
    """Measure the assistant on labelled messages (JSON Lines with `text` and `topic`)."""
    rows, bad = read_lines(path, ["text", "label" if crisis else "topic"])
    for line in bad:
        click.echo(f"line {line.number} {line.problem}", err=True)
    if crisis:
        _evaluate_crisis(rows, report)
    else:
        asyncio.run(_evaluate_topics(rows, report))
    sys.exit(1 if bad else 0)


async def _evaluate_topics(rows: list[dict[str, str]], folder: Path | None) -> None:
    from tqdm import tqdm

    assistant = Assistant()
    results = []
    for row in tqdm(rows, unit="message", file=sys.stderr, disable=None):
        answered = await assistant.ask(row["text"])
        results.append(TopicResult(row["text"], row["topic"], answered.topic, answered.ranking))
    found = topic_report(results)
    click.echo(f"messages                     {found.count}")
    click.echo(f"accuracy                     {found.accuracy:.3f}")
    click.echo(f"macro F1                     {found.macro_f1:.3f}")
    click.echo(f"FAQ accuracy (top 1)         {found.faq_accuracy:.3f} of {found.faq_count}")
    click.echo(f"FAQ accuracy (top 3)         {found.faq_top3:.3f}")
    if found.out_of_scope_recall is not None:
        click.echo(f"out of scope recall          {found.out_of_scope_recall:.3f}")
    if found.false_rejections is not None:
        click.echo(f"answerable but rejected      {found.false_rejections:.3f}")
    click.echo("\ntopic                          n  precision  recall")
    for name, scores in found.topics.items():
        click.echo(f"{name:28} {scores['support']:4.0f}  {scores['precision']:9.2f}  {scores['recall']:6.2f}")
    click.echo("\nmost confused (true -> given)")
    for truth, given, times in found.confused:
        click.echo(f"  {truth} -> {given}: {times}")
    if folder is not None:
        from bot.operations.report import topic_page

        click.echo(f"\nreport: {topic_page(found, results, folder)}")


def _evaluate_crisis(rows: list[dict[str, str]], folder: Path | None) -> None:
    from tqdm import tqdm

    from bot.safety.care import CareState, step

    results = []
    for row in tqdm(rows, unit="message", file=sys.stderr, disable=None):
        taken = step(CareState(), row["text"])
        explicit = row.get("explicit")
        results.append(
            CrisisResult(
                text=row["text"],
                label=row["label"],
                level=taken.assessment.level.value,
                score=taken.assessment.score,
                reply=taken.text("web") if taken.situation else "",
                explicit=explicit if isinstance(explicit, bool) else None,
                lang=str(row.get("lang") or "en"),
                origin=str(row.get("origin") or ""),
            )
        )
    found = crisis_report(results)
    shown = {k: v for k, v in found.items() if not k.endswith("texts") and k != "misses"}
    click.echo(json.dumps(shown, indent=1, ensure_ascii=False))
    if folder is not None:
        from bot.operations.report import crisis_page

        click.echo(f"report: {crisis_page(found, folder)}")
