"""Words that nobody wrote."""

from pipeline.language.tokens import blank_pipeline, tokenize


def test_a_word_without_end_is_tokenized_piece_by_piece_and_keeps_its_places() -> None:
    long = ",;" * 400 + "opacity"
    text = f"It isn't {long} here, {'x' * 250}"
    found = tokenize(blank_pipeline(), text)
    assert [text[token.start : token.end] for token in found][:3] == ["It", "is", "n't"]
    assert [token.norm for token in found][:3] == ["it", "is", "not"]
    assert all(text[t.start : t.end].lower() == t.word for t in found if t.word != "not")
    joined = "".join(text[token.start : token.end] for token in found)
    assert joined == "".join(text.split())
    assert [len(token.word) for token in found][-3:] == [100, 100, 50]
