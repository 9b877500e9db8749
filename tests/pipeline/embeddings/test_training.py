"""word2vec over small corpora."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.embeddings.training import epochs_of, train_word_vectors
from pipeline.settings import EmbeddingSettings

pytestmark = pytest.mark.trains


@pytest.fixture
def settings(seed_shift: int) -> EmbeddingSettings:
    return EmbeddingSettings(dimensions=8, min_count=2, epochs=3, seed=seed_shift)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    lines = ["no focal consolidation", "patchy opacity in the lower_lobe"] * 20
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join([*lines, "tiny lingular nodule"]) + "\n", encoding="utf-8")
    return path


def test_words_come_by_frequency_and_then_by_spelling(
    corpus: Path, settings: EmbeddingSettings
) -> None:
    words = train_word_vectors(corpus, settings=settings)

    assert words.words == (
        "consolidation",
        "focal",
        "in",
        "lower_lobe",
        "no",
        "opacity",
        "patchy",
        "the",
    )
    assert words.counts.tolist() == [20] * 8
    assert words.vectors.shape == (8, 8)
    assert words.vectors.dtype == np.float32


def test_a_rare_word_gets_a_vector_where_it_is_asked_for(
    corpus: Path, settings: EmbeddingSettings
) -> None:
    words = train_word_vectors(corpus, settings=settings, always={"nodule"})

    assert (words.words[-1], words.counts[-1]) == ("nodule", 1)
    assert "lingular" not in words.words


@pytest.mark.parametrize("skip_gram", [True, False])
def test_the_same_seed_gives_the_same_bits_and_another_seed_does_not(
    corpus: Path, settings: EmbeddingSettings, skip_gram: bool
) -> None:
    chosen = settings.model_copy(update={"skip_gram": skip_gram})
    first, again = (train_word_vectors(corpus, settings=chosen) for _ in range(2))
    other = train_word_vectors(
        corpus, settings=chosen.model_copy(update={"seed": settings.seed + 1})
    )

    assert first.vectors.tobytes() == again.vectors.tobytes()
    assert first.vectors.tobytes() != other.vectors.tobytes()


def test_every_epoch_moves_the_vectors_and_is_reported(
    corpus: Path, settings: EmbeddingSettings
) -> None:
    epochs: list[None] = []
    longer = settings.model_copy(update={"epochs": 9})

    trained = train_word_vectors(corpus, settings=longer, on_epoch=lambda: epochs.append(None))

    assert len(epochs) == 9
    assert not np.array_equal(
        trained.vectors, train_word_vectors(corpus, settings=settings).vectors
    )


@pytest.mark.parametrize("text", ["", "clear\n"])
def test_a_corpus_without_a_frequent_word_gives_no_vectors(
    tmp_path: Path, settings: EmbeddingSettings, text: str
) -> None:
    path = tmp_path / "corpus.txt"
    path.write_text(text, encoding="utf-8")

    words = train_word_vectors(path, settings=settings)

    assert words.words == ()
    assert words.vectors.shape == (0, 8)


@pytest.mark.parametrize(("words", "epochs"), [(0, 9), (100, 9), (250, 4), (1_000, 1), (50_000, 1)])
def test_a_large_corpus_is_read_less_often(
    settings: EmbeddingSettings, words: int, epochs: int
) -> None:
    most = settings.model_copy(update={"epochs": 9, "most_words": 1_000})
    assert epochs_of(words, most) == epochs
