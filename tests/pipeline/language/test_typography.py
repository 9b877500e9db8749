"""Signs as exports leave them, read as what they stand for, letter for letter where they stood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.sentences import load_splitter
from pipeline.language.tokens import blank_pipeline, tokenize
from pipeline.language.typography import readable, spelt_out

NLP = blank_pipeline()


def words(text: str) -> list[str]:
    return [token.word for token in tokenize(NLP, text)]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Inﬁltrates and eﬀusion", "infiltrates and effusion"),
        ("ﬂuid and a Diﬃcult view", "fluid and a difficult view"),
        ("Small&nbsp;apical&nbsp;pneumothorax", "small apical pneumothorax"),
        ("Left\u00a0base\u202fopacity", "left base opacity"),
        ("PA &amp; lateral", "pa & lateral"),
        ("&quot;Hazy&quot; density", "hazy density"),
        ("ef\u00adfusion and ate&shy;lectasis", "effusion and atelectasis"),
        ("\ufeffNo edema", "no edema"),
        ("<b>No</b> <font color='red'>edema</font>", "no edema"),
        ("&#64257;brosis", "fibrosis"),
        ("left\u2011sided opacity", "left - sided opacity"),
        # What only looks like it stays as it is.
        ("nodules <5 mm and >2 mm", words("nodules <5 mm and >2 mm")),
        ("opacity <A and B> seen", words("opacity <A and B> seen")),
        ("R&D; of it", words("R&D; of it")),
    ],
)
def test_words_are_those_that_were_meant(text: str, plain: str | list[str]) -> None:
    assert words(text) == (plain.split() if isinstance(plain, str) else plain)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No edema.<br>Left base opacity.", ["No edema.", "Left base opacity."]),
        ("No edema<br/>Small left effusion", ["No edema", "Small left effusion"]),
        ("<p>No edema</p><p>new opacity</p>", ["No edema", "new opacity"]),
        ("<ul><li>No edema</li><li>new opacity</li></ul>", ["No edema", "new opacity"]),
        ('<div class="r">No edema</div><div>new opacity</div>', ["No edema", "new opacity"]),
        ("&lt;No edema.&gt;] Small effusion", ["No edema.", "] Small effusion"]),
        ("No edema\u2028Small effusion", ["No edema", "Small effusion"]),
        # A tag at the end of a line is that line's end, and inside a sentence it ends nothing.
        ("No effusion or<br>\npneumothorax", ["No effusion or<br>\npneumothorax"]),
        ("No <i>new</i> effusion", ["No <i>new</i> effusion"]),
    ],
)  # fmt: skip
def test_tags_end_sentences_where_they_end_lines(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in load_splitter().sentences(text)] == expected


def test_offsets_count_the_received_text() -> None:
    text = "<b>Inﬁltrate</b>&nbsp;in the &#64257;rst right&nbsp;lobe"
    found = {text[token.start : token.end]: token.word for token in tokenize(NLP, text)}
    assert found["Inﬁltrate"] == "infiltrate"
    assert found["&#64257;rst"] == "first"
    assert found["lobe"] == "lobe"


SIGNS = st.sampled_from(
    [*"ﬁﬀﬃ\u00a0\u200b\u00ad\u2019\u201c\u2026\u2022<>&;#/", "&nbsp;", "&amp;", "&#8217;", "<br>",
     "<li>", "</p>", "<b>", "opacity", "no", " ", "\n", ". "]
)  # fmt: skip


@given(st.lists(SIGNS | st.text(max_size=6), max_size=30).map("".join))
def test_nothing_moves(text: str) -> None:
    plain = readable(text)
    assert len(plain) == len(text)
    assert readable(plain) == plain or "&" in plain or "<" in plain
    letters, origins = spelt_out(plain)
    if origins is not None:
        assert len(origins) == len(letters) + 1
        assert origins == sorted(origins)
    for token in tokenize(NLP, text):
        assert 0 <= token.start < token.end <= len(text)
