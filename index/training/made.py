"""The mixture's groups cut to windows and turned into token ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from random import Random

from transformers import PreTrainedTokenizerBase

from index.training.features import FeatureGroup
from index.training.mixture import Mixture, Place
from index.training.windows import WINDOWS, feature

TITLED = 0.6  # share of the groups whose passages stand after the titles of their articles


class MadeFeatures:
    """Groups made when they are asked for."""

    def __init__(self, mixture: Mixture, tokenizer: PreTrainedTokenizerBase, seed: int) -> None:
        self._mixture = mixture
        self._tokenizer = tokenizer
        self._seed = seed
        self._order = lru_cache(maxsize=1)(mixture.order)

    def size(self, epoch: int) -> int:
        return len(self._order(epoch))

    def groups(self, epoch: int, first: int, last: int) -> list[FeatureGroup]:
        return self._made(self._order(epoch)[first:last], epoch)

    def whole(self, epoch: int) -> list[FeatureGroup]:
        """All of an epoch, those about one paragraph together."""
        places = sorted(self._order(epoch), key=lambda one: (one.article, one.paragraph))
        return self._made(places, epoch)

    def _made(self, places: Sequence[Place], epoch: int) -> list[FeatureGroup]:
        made = (self.group(place, epoch) for place in places)
        return [group for group in made if group]

    def group(self, place: Place, epoch: int) -> FeatureGroup:
        """Empty where nothing comes of it, or its answer fits into no window."""
        rng = Random(f"{self._seed}:{epoch}:{place}")
        most = rng.choice(WINDOWS)
        pairs = self._mixture.group(place, epoch)
        if rng.random() >= TITLED:
            pairs = tuple(replace(pair, title="") for pair in pairs)
        made = (feature(pair, self._tokenizer, rng, most) for pair in pairs)
        kept = tuple(one for one in made if one is not None)
        return kept if kept and kept[0].end > 0 else ()
