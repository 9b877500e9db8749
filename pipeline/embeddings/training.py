"""word2vec by gensim, the same to the bit for the same corpus, settings and seed."""

import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from gensim.models import Word2Vec
from gensim.models.callbacks import CallbackAny2Vec
from gensim.utils import RULE_DEFAULT, RULE_KEEP

from pipeline.settings import EmbeddingSettings


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Trained words, the most frequent first and then by spelling.

    Attributes:
        words: the words.
        counts: (words,) occurrences in the corpus.
        vectors: (words, dimensions) without unit.
    """

    words: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]


def epochs_of(words: int, settings: EmbeddingSettings) -> int:
    """How often a corpus of that many words is read: less often than asked for if it is large.

    What a word means is learnt each time that it is met, in one epoch of a large corpus as often as
    in many of a small one.
    """
    return max(1, min(settings.epochs, settings.most_words // max(words, 1)))


def train_word_vectors(
    corpus: Path,
    *,
    settings: EmbeddingSettings,
    always: Collection[str] = (),
    on_epoch: Callable[[], None] = lambda: None,
) -> WordVectors:
    """Train word2vec (Mikolov et al. 2013, arXiv 1310.4546) with negative sampling.

    One thread trains: with more, the order of updates, and so every vector, is left to chance.

    Args:
        corpus: UTF-8 file of one sentence a line, words parted by blanks.
        settings: size, window, epochs (see `epochs_of`), seed, and how rare a word may be.
        always: words that get a vector however rare they are.
        on_epoch: called when an epoch is done.

    Returns:
        The vectors; none at all where no word is frequent enough.
    """
    model = Word2Vec(
        vector_size=settings.dimensions,
        window=settings.window,
        min_count=settings.min_count,
        sg=int(settings.skip_gram),
        seed=settings.seed,
        workers=1,
        hashfxn=_stable_hash,
    )

    def rule(word: str, _count: int, _min_count: int) -> int:
        return int(RULE_KEEP if word in always else RULE_DEFAULT)

    model.build_vocab(corpus_file=str(corpus), trim_rule=rule)
    if not len(model.wv):
        nothing = np.zeros((0, settings.dimensions), dtype=np.float32)
        return WordVectors((), np.zeros(0, dtype=np.int64), nothing)
    model.train(
        corpus_file=str(corpus),
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=epochs_of(model.corpus_total_words, settings),
        callbacks=[_EpochBell(on_epoch)],
    )
    return _sorted_vectors(model)


def _stable_hash(word: str) -> int:
    # Python's own hash of a string changes from process to process.
    return zlib.crc32(word.encode())


def _sorted_vectors(model: Word2Vec) -> WordVectors:
    words: list[str] = model.wv.index_to_key
    counts = np.array([model.wv.get_vecattr(word, "count") for word in words], dtype=np.int64)
    order = sorted(range(len(words)), key=lambda index: (-counts[index], words[index]))
    return WordVectors(
        words=tuple(words[index] for index in order),
        counts=counts[order],
        vectors=np.asarray(model.wv.vectors, dtype=np.float32)[order],
    )


class _EpochBell(CallbackAny2Vec):  # type: ignore[misc]  # gensim has no types
    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring

    def on_epoch_end(self, _model: Word2Vec) -> None:
        self._ring()
