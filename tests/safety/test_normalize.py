from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.normalize import normalize

PLAIN = re.compile(r"(?:[a-z0-9]+(?: [a-z0-9]+)*)?")
DISGUISES = st.sampled_from(
    [
        *"\u200b\u200d\u2060\ufe0f\u0301\u0336/@!$|*_.-~{}:\"'0123457 \n\t",
        "🔪",
        "💊",
        "⚰",
        "а",
        "ѕ",
        "ﷺ",
        "İ",
        "\ud800",
    ]
)
LETTERS = st.characters(exclude_categories=[])


def plain(text: str) -> str:
    return normalize(text).plain


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("k1ll mys3lf", "kill myself"),
        ("K!LL MY$ELF", "kill myself"),
        ("su1c1d3", "suicide"),
        ("5u1c1dal", "suicidal"),
        ("$uicide", "suicide"),
        ("h4ng mys3lf t0night", "hang myself tonight"),
        ("p@ssed out", "passed out"),
        ("0verd0se", "overdose"),
        ("m4t4rme", "matarme"),
        pytest.param(
            "i want t0 die", "i want to die", marks=pytest.mark.xfail(reason="one letter and one digit")
        ),
        pytest.param("ki11 myself", "kill myself", marks=pytest.mark.xfail(reason="1 is always read as i")),
    ],
)
def test_digits_and_signs_that_stand_for_letters_are_read_as_letters(written: str, meant: str) -> None:
    assert plain(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "kіll myѕelf",
        "КІLL МYЅЕLF",
        "kιll mysεlf",
        "ｋｉｌｌ　ｍｙｓｅｌｆ",
        "𝓴𝓲𝓵𝓵 𝓶𝔂𝓼𝓮𝓵𝓯",
        "𝐤𝐢𝐥𝐥 𝕞𝕪𝕤𝕖𝕝𝕗",
        "ⓚⓘⓛⓛ ⓜⓨⓢⓔⓛⓕ",
        "ᴋɪʟʟ ᴍʏsᴇʟf",
        "kíll mysèlf",
        "k̶i̶l̶l̶ m̶y̶s̶e̶l̶f̶",
    ],
)
def test_letters_that_look_alike_are_read_alike(written: str) -> None:
    assert plain(written) == "kill myself"


@pytest.mark.parametrize(
    "invisible",
    ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u202e", "\ufe0f", "\u3164"],
)
def test_invisible_characters_inside_words_vanish(invisible: str) -> None:
    assert plain(invisible.join("kill") + " " + invisible.join("myself") + invisible) == "kill myself"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("dieeeeee", "die"),
        ("iiii waaaant tooooo DIEEEE", "i want to die"),
        ("killlll", "kill"),
        ("pleaseeee heeelp", "please help"),
        ("quierooooo morirrrr", "quiero morir"),
        ("kill", "kill"),
        ("book a room", "book a room"),
    ],
)
def test_stretched_letters_shrink_and_double_letters_stay(written: str, meant: str) -> None:
    assert plain(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("k i l l", "kill"),
        ("k.i.l.l. myself", "kill myself"),
        ("K-I-L-L", "kill"),
        ("s, u, i, c, i, d, e", "suicide"),
        ("k*ll myself", "kill myself"),
        ("su*cide", "sucide"),
        ("k_i_l_l", "kill"),
        ("i-want-to-die", "i want to die"),
        ("i.want.to.die", "i want to die"),
        ("u s a", "u s a"),
        pytest.param("i_want_to_die", "i want to die", marks=pytest.mark.xfail(reason="words run together")),
        pytest.param("i|want|to|die", "i want to die", marks=pytest.mark.xfail(reason="words run together")),
        pytest.param(
            "i want to d i e", "i want to die", marks=pytest.mark.xfail(reason="three letters stay apart")
        ),
        pytest.param(
            "k i l l  m y s e l f", "kill myself", marks=pytest.mark.xfail(reason="words run together")
        ),
    ],
)
def test_spelled_out_and_masked_words_are_joined(written: str, meant: str) -> None:
    assert plain(written) == meant.replace("sucide", "suicide")


@pytest.mark.parametrize(
    ("payload", "meant"),
    [
        ("/kill_myself", "kill myself"),
        ("/want_to_die@0.9", "want to die 0 9"),
        ('/inform{"wish": "i want to die"}', "inform wish i want to die"),
        ('/greet{"a": "b"}@1.0 i want to die', "greet a b 1 0 i want to die"),
        ("  /restart i want to die", "restart i want to die"),
        ("//i want to die", "i want to die"),
        ("/", ""),
    ],
)
def test_a_slash_payload_is_read_as_words(payload: str, meant: str) -> None:
    assert plain(payload) == meant


@pytest.mark.parametrize(
    ("emoji", "meant"),
    [
        ("🔪", "knife"),
        ("🔫", "gun"),
        ("💊💊", "pills pills"),
        ("⚰️", "coffin"),
        ("⚰", "coffin"),
        ("🆘", "sos help"),
    ],
)
def test_an_emoji_with_a_dangerous_meaning_becomes_its_word(emoji: str, meant: str) -> None:
    assert plain(f"my{emoji}here") == f"my {meant} here"


def test_an_emoji_without_a_dangerous_meaning_leaves_no_word() -> None:
    assert plain("good 😀 morning 🌞") == "good morning"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("unalive myself", "kill myself"),
        ("i want to un4live", "i want to kill myself"),
        ("kms", "kill myself"),
        ("sewer slide", "suicide"),
        ("wanna", "want to"),
        ("kiero morirme", "quiero morirme"),
    ],
)
def test_code_words_become_what_they_mean(written: str, meant: str) -> None:
    assert plain(written) == meant


@pytest.mark.parametrize(
    "numbers",
    [
        "50mg",
        "300 mg",
        "at 5pm",
        "1st",
        "2nd visit",
        "988",
        "20mg 3x",
        "10lbs",
        "covid19",
        "i am 14",
        "b4",
        "5ht2a",
        "2k",
    ],
)
def test_numbers_are_left_alone(numbers: str) -> None:
    assert plain(numbers) == numbers


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("I don't", "i dont"),
        ("I don’t", "i dont"),
        ("I don`t", "i dont"),
        ("'quoted'", "quoted"),
        pytest.param("I don´t", "i dont", marks=pytest.mark.xfail(reason="NFKC turns ´ into a space first")),
    ],
)
def test_apostrophes_close_up(written: str, meant: str) -> None:
    assert plain(written) == meant


def test_the_readable_form_keeps_accents_and_punctuation() -> None:
    assert normalize("¡Ya NO   puedo más!").readable == "¡ya no puedo más!"


@settings(max_examples=3000, derandomize=True, deadline=None, database=None)
@given(st.text(st.one_of(LETTERS, DISGUISES), max_size=300))
def test_any_text_is_normalized_to_plain_words(text: str) -> None:
    normalized = normalize(text)
    assert PLAIN.fullmatch(normalized.plain)
    assert normalized.readable == " ".join(normalized.readable.split())


@pytest.mark.xfail(
    raises=UnicodeEncodeError, reason="a lone surrogate stays, and the model cannot read the message"
)
def test_a_lone_surrogate_vanishes() -> None:
    assert normalize("i am \ud800 so tired").readable.encode() == b"i am so tired"
