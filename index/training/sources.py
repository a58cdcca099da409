"""All that the reader is trained on, put together from the command line's options."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from transformers import AutoModel, AutoTokenizer

from index.embedding import Embedder
from index.reading import Reader
from index.training.compared import ComparedGroups, read_comparisons, world_comparisons
from index.training.data import training_articles
from index.training.export import bundled_encoder
from index.training.lexicon import Lexicon
from index.training.made import MadeFeatures
from index.training.mixture import Mixture, Portion, Recipe
from index.training.nearby import Misleading, Nearby, Nearest, NearInMeaning
from index.training.written import (
    Collection,
    Others,
    WrittenGroups,
    read_paragraphs,
    read_worlds,
    split_turned,
    split_worlds,
)


def features(data: Path, options: argparse.Namespace) -> MadeFeatures:
    """The pairs of an epoch, made by the bundled encoder's word pieces.

    :param data: Folder of the SQuAD files.
    """
    encoder = bundled_encoder()
    tokenizer = AutoTokenizer.from_pretrained(encoder)
    table = AutoModel.from_pretrained(encoder).embeddings.word_embeddings.weight.detach().numpy()
    squad, shifts = training_articles(data)
    seed = options.seed
    turned, written = split_turned(read_paragraphs(squad))
    worlds = split_worlds(read_worlds())[0]
    compared = [*map(world_comparisons, worlds), *read_comparisons(squad)]
    by_words = Others(_by_words, 1.0, 0.2)
    by_meaning = Others(_by_meaning(Embedder()), 2, 0.4)
    if options.misled:
        by_meaning = Others(_misleading(by_meaning.nearest, Reader(options.misled)), 2, 1.0)
    portions = (
        Portion(WrittenGroups(written, by_words, seed), options.written_share),
        Portion(WrittenGroups(turned, by_words, seed), options.turned_share),
        Portion(
            WrittenGroups([world.collection for world in worlds], by_meaning, seed),
            options.worlds_share,
        ),
        Portion(ComparedGroups(compared, seed), options.compared_share),
    )
    recipe = Recipe(seed, options.squad_share, options.shifts_share)
    return MadeFeatures(
        Mixture(squad, shifts, Lexicon(tokenizer, table), recipe, portions), tokenizer, seed
    )


def _by_words(collection: Collection) -> Nearby:
    return Nearby([paragraph.text for paragraph in collection.paragraphs])


def _by_meaning(embedder: Embedder) -> Callable[[Collection], NearInMeaning]:
    def nearest(collection: Collection) -> NearInMeaning:
        texts = [paragraph.text for paragraph in collection.paragraphs]
        return NearInMeaning(texts, collection.questions, embedder)

    return nearest


def _misleading(
    by: Callable[[Collection], Nearest], reader: Reader
) -> Callable[[Collection], Misleading]:
    def nearest(collection: Collection) -> Misleading:
        titles = {paragraph.text: paragraph.title for paragraph in collection.paragraphs}
        return Misleading(by(collection), reader, titles)

    return nearest
