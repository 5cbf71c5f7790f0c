"""What happens after danger was recognized: the conversation stays in care until the person is safe.

The state is a fold over what the person wrote, so any layer that knows the messages of a conversation
comes to the same reply. The order of the replies follows published safe-messaging guidance
(https://bethe1to.com/bethe1to-steps-evidence/).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bot.safety.guard import assess
from bot.safety.judgement import Assessment, Category, Level
from bot.safety.normalize import normalize
from bot.safety.replies import reply

JOINED_MESSAGES = 3
_DOUBT = re.compile(
    r"\b(?:(?:dont|do not|didnt|doesnt|not sure|never|cant|wont|isnt|arent|no longer|unless|until|if) "
    r"(?:\w+ ){0,4}(?:safe|ok|okay|fine|alright|joke|joking|kidding)|not (?:a )?jok(?:e|ing)|not kidding"
    r"|(?:thinks?|says?|said|told \w+|pretend\w*|act(?:ing)?|wish|were|was) (?:that )?"
    r"(?:im|i am|i was|like im) (?:\w+ )?(?:safe|ok|okay|fine|good)"
    r"|(?:ok|okay|fine|good) with (?:dying|it|death|that)"
    r"|no (?:se|creo|estoy segur[oa]) (?:si |que )?(?:\w+ ){0,3}(?:a salvo|bien|segur[oa])"
    r"|no es (?:una )?broma|no estoy bromeando)\b"
)
_CRISIS_LINE_WORDS = frozenset({"988", "911", "home", "ayuda"})
_RESET = re.compile(r"^\s*/?(?:restart|reset|back|session_start|start over|new chat)\b", re.I)
_QUESTION = re.compile(
    r"\?|\b(?:how much|how long|cost|price|insurance|book|appointment|schedule|spravato|ketamine"
    r"|infusions?|cita|precio|cuanto|seguro medico|ketamina)\b"
)
_ANSWERS = {
    "danger": re.compile(
        r"\b(?:not safe|im not ok(?:ay)?|unsafe|in danger|cant keep myself safe|dont feel safe"
        r"|no estoy (?:bien|a salvo|segur[oa])|en peligro|no me siento segur[oa])\b"
    ),
    "figure": re.compile(
        r"\b(?:figure of speech|just an expression"
        r"|(?:just|only|was|im|its|it is) (?:a )?(?:kidding|joking|joke)"
        r"|jk|didnt mean (?:it|that)|dont mean (?:it|that)|not what i meant|misunderstood|misread"
        r"|you read (?:me|that) wrong|era (?:una )?broma|es un decir|no quise decir eso"
        r"|me expres[eo] mal|no (?:im|i am) not suicidal|im not suicidal|not literally)\b"
    ),
    "safe": re.compile(
        r"\b(?:(?:i am|im|we are|were|i feel|feeling|hes|shes|theyre) (?:still |really |totally )?"
        r"(?:safe|ok|okay|fine|alright|all right|good)(?: now)?|safe (?:now|right now|for now)"
        r"|not in (?:any )?danger|wont (?:do anything|hurt myself)|not going to (?:do anything|hurt"
        r" myself|kill myself)|estoy (?:bien|a salvo|segur[oa]|mejor)|no estoy en peligro"
        r"|no voy a hacer(?:me)? nada|a salvo)\b"
    ),
    "afraid": re.compile(
        r"\b(?:police|cops?|hospital|ambulance|arrested|deport\w*|commit me|locked up|policia|migra"
        r"|ambulancia|(?:cant|cannot|dont want to|afraid to|scared to|wont) call|no minutes"
        r"|no (?:puedo|quiero) llamar|miedo (?:a|de) llamar|im deaf|soy sord[oa])\b"
    ),
    "leave": re.compile(
        r"\b(?:leave me (?:alone|be)|go away|stop (?:texting|asking|messaging)|dejame (?:en paz|sol[oa])"
        r"|dejenme|no me escriban?)\b"
    ),
    "angry": re.compile(
        r"\b(?:fuck|fucking|shut up|useless|stupid|screw you|bullshit|dumb bot|callate|idiota|estupid\w+"
        r"|pendej\w+|mierda|inutil)\b"
    ),
    "alone": re.compile(r"\b(?:nobody|no one|noone|alone|no friends|nadie|estoy sol[oa]|sin nadie)\b"),
    "thanks": re.compile(r"^(?:ok |okay )?(?:thanks?|thank you|thx|ty|ok|okay|gracias|vale)\b"),
    "yes": re.compile(
        r"(?:yes|yeah|yep|yea|y|si|sip|a little|kind of|kinda|maybe|un poco|sometimes|a veces)"
        r"(?: (?:i am|i do|i think so|i guess|please|really|definitely|maybe|a little|kind of|yes|si|creo))*"
    ),
    "no": re.compile(
        r"(?:no|nope|nah|not really|never|n|para nada|claro que no)"
        r"(?: (?:im not|i am not|i dont|not really|never|thanks|thank you|no|nada|para nada|gracias))*"
    ),
}
_OPENINGS = {
    Category.SUICIDE: "suicide",
    Category.SELF_HARM: "self_harm",
    Category.HARM_OTHERS: "harm_others",
    Category.MEDICAL_EMERGENCY: "medical",
    Category.ABUSE_VIOLENCE: "abuse",
}
_SEXUAL = re.compile(
    r"\b(?:rap(?:e|ed|ing)|sexual\w*|molest\w*|touched me|groped|violo|violaron|abus\w+ sexual\w*"
    r"|me toco|manose\w*)\b"
)
_CHILD = re.compile(
    r"\b(?:my (?:mom|dad|mother|father|stepdad|stepfather|parents?|uncle|foster\w*)|the kids?|my kids?"
    r"|child(?:ren)?|baby|mi (?:mama|papa|padrastro|tio)|ninos?|hij[oa]s?)\b"
)


@dataclass(frozen=True)
class CareState:
    """Where a conversation stands.

    Attributes:
        phase: `none`, `asked` (in care, safety unknown) or `safe` (the person said so).
        situation: the opening used last; empty before any.
        language: language of the replies.
        asked: what the last question was about: `life` (yes means danger), `safe` (yes means safe)
            or `other` (yes and no say nothing of safety).
        channel: where the conversation is held; SMS has texts and questions of its own.
        used: how often each situation's replies were used.
        recent: the last messages, judged together.
    """

    phase: str = "none"
    situation: str = ""
    language: str = "en"
    asked: str = "other"
    channel: str = "web"
    used: dict[str, int] = field(default_factory=dict)
    recent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """What to do with one message.

    Attributes:
        state: the state after it.
        situation: whose reply to send, None if the message goes on to the assistant.
        turn: how often that situation was used before.
        note: situation of a line to add below the assistant's ordinary answer, None for none.
        assessment: the judgement that led here.
    """

    state: CareState
    situation: str | None
    turn: int
    note: str | None
    assessment: Assessment

    def text(self, channel: str) -> str:
        """The reply for `channel`; only where `situation` is set."""
        assert self.situation is not None
        return reply(self.situation, self.state.language, channel, self.turn)

    def note_text(self, channel: str) -> str | None:
        """The line to add below the ordinary answer, if any."""
        if self.note is None:
            return None
        return reply(self.note, self.state.language, channel, self.turn)


def judge(state: CareState, text: str) -> Assessment:
    """Judge a message alone, then together with the ones just before it."""
    alone = assess(text)
    if alone.level.danger:
        return alone
    recent = [*state.recent, text][-JOINED_MESSAGES:]
    for count in range(2, len(recent) + 1):
        joined = assess(" ".join(recent[-count:]))
        if joined.level is Level.ACUTE and joined.source == "lexicon":
            return joined
    return alone


def step(state: CareState, text: str) -> Step:
    """Take one message: the next state and what to say."""
    plain = normalize(text).plain
    if plain in _CRISIS_LINE_WORDS and state.phase == "none":
        return _say(replace(state, phase="asked"), "wrong_number_988", Assessment(Level.NONE), text)
    assessment = judge(state, text)
    if state.phase == "none":
        return _outside_care(state, text, assessment)
    answer = _answer(plain, state, assessment)
    if answer in ("figure", "safe"):
        return _now_safe(state, text, plain, answer, assessment)
    if assessment.level.danger:
        if state.phase == "safe":
            return _open(state, text, assessment)
        return _say(replace(state, phase="asked"), "in_danger", assessment, text)
    if state.phase == "safe":
        if answer == "thanks" or _ANSWERS["yes"].fullmatch(plain):
            return _say(state, "safe_thanks_done", assessment, text)
        if _ANSWERS["no"].fullmatch(plain):
            return _say(state, "nobody_there", assessment, text)
        ended = replace(state, phase="none", recent=())
        return Step(ended, None, 0, "informational_line", assessment)
    return _say(state, _follow_up(answer, text), assessment, text)


def fold(texts: Iterable[str]) -> Step | None:
    """Take all messages of a conversation in order; None if there are none."""
    state, last = CareState(), None
    for text in texts:
        last = step(state, text)
        state = last.state
    return last


def _outside_care(state: CareState, text: str, assessment: Assessment) -> Step:
    if assessment.level.danger:
        return _open(state, text, assessment)
    note = "informational_line" if assessment.level is Level.INFORMATIONAL else None
    recent = (*state.recent, text)[-(JOINED_MESSAGES - 1) :]
    turn = state.used.get("informational_line", 0)
    used = {**state.used, "informational_line": turn + 1} if note else state.used
    after = replace(state, recent=recent, language=assessment.language, used=used)
    return Step(after, None, turn, note, assessment)


def _open(state: CareState, text: str, assessment: Assessment) -> Step:
    situation = _opening(assessment, normalize(text).plain)
    opened = replace(state, phase="asked", situation=situation, language=assessment.language)
    return _say(opened, situation, assessment, text)


def _opening(assessment: Assessment, plain: str) -> str:
    category = assessment.category or Category.SUICIDE
    if category is Category.ABUSE_VIOLENCE:
        if assessment.minor:
            return "minor_abuse"
        if assessment.about_other:
            return "other_abuse"
        if _SEXUAL.search(plain):
            return "abuse_sexual"
        if _CHILD.search(plain):
            return "abuse_child"
    elif assessment.about_other and category is Category.MEDICAL_EMERGENCY:
        return "other_medical"
    elif category in (Category.SUICIDE, Category.SELF_HARM):
        if assessment.about_other:
            return "other_person"
        if assessment.minor:
            return "minor_suicide"
    suffix = "acute" if assessment.level is Level.ACUTE else "possible"
    return f"{_OPENINGS[category]}_{suffix}"


def _answer(plain: str, state: CareState, assessment: Assessment) -> str | None:
    for name, pattern in _ANSWERS.items():
        if not (pattern.fullmatch(plain) if name in ("yes", "no") else pattern.search(plain)):
            continue
        if name in ("safe", "figure") and (assessment.level is Level.ACUTE or _DOUBT.search(plain)):
            continue
        if name in ("yes", "no"):
            if state.asked == "other" or assessment.level.danger:
                continue
            return "danger" if (name == "yes") == (state.asked == "life") else "safe"
        return name
    return None


def _now_safe(state: CareState, text: str, plain: str, answer: str, assessment: Assessment) -> Step:
    rest = _ANSWERS[answer].sub(" ", plain) if answer in _ANSWERS else plain
    if _QUESTION.search(text.lower()) and len(rest.split()) >= 3:
        ended = replace(state, phase="none", recent=())
        return Step(ended, None, 0, "informational_line", assessment)
    if answer == "figure":
        return _say(replace(state, phase="none", recent=()), "false_alarm", assessment, text)
    situation = "safe_for_now" if state.phase == "asked" else "safe_thanks_done"
    return _say(replace(state, phase="safe", recent=()), situation, assessment, text)


def _follow_up(answer: str | None, text: str) -> str:
    if _RESET.match(text):
        return "reset_attempt"
    named = {
        "danger": "in_danger",
        "afraid": "afraid_to_call",
        "leave": "leave_me_alone",
        "angry": "angry",
        "alone": "nobody_there",
        "thanks": "still_there",
    }
    if answer in named:
        return named[answer]
    return "hold_back" if _QUESTION.search(text.lower()) else "still_there"


def _question_kind(said: str) -> str:
    question = said.rstrip().replace("¿", ".").rsplit(".", 1)[-1].lower()
    if not question.endswith("?"):
        return "other"
    if re.search(r"\b(?:life|vida|suicid\w*|die|morir)\b", question):
        return "life"
    return "safe" if re.search(r"\b(?:safe|salvo|segur[oa])\b", question) else "other"


def _say(state: CareState, situation: str, assessment: Assessment, text: str) -> Step:
    turn = state.used.get(situation, 0)
    asked = _question_kind(reply(situation, state.language, state.channel, turn))
    after = replace(
        state,
        used={**state.used, situation: turn + 1},
        asked=asked,
        recent=() if state.phase != "none" else state.recent,
    )
    return Step(after, situation, turn, None, assessment)
