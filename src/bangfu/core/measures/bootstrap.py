"""Samples with replacement from rows or from whole clusters: the same seed gives the same samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bangfu.core.measures.distribution import Distribution, MeasureError, distribution

if TYPE_CHECKING:
    from bangfu.core.measures.distribution import Floats


class Sampler:
    """Draws distributions (Efron 1979). Persons of a household resemble one another: draw households where there are any.

    Rows are sorted once; a sample says how often each row was drawn, and that is its weight's factor.
    """

    def __init__(self, incomes: Floats, weights: Floats | None, clusters: Sequence[Any] | None, seed: int) -> None:
        import numpy as np

        each = np.ones(len(incomes)) if weights is None else np.asarray(weights, dtype=np.float64)
        self._all = distribution(incomes, each)  # refuses what cannot be measured
        kept = each > 0
        order = np.argsort(np.asarray(incomes, dtype=np.float64)[kept], kind="stable")
        self._random = np.random.Generator(np.random.PCG64(seed))
        self._cluster: Any = None
        self._units = len(order)
        if clusters is not None:
            if len(clusters) != len(incomes):
                raise MeasureError("聚类列与收入列长短不一 / clusters and incomes differ in length")
            numbers: dict[Any, int] = {}
            codes = np.array([numbers.setdefault(name, len(numbers)) for name in clusters])
            present, codes = np.unique(codes[kept], return_inverse=True)
            self._cluster, self._units = codes[order], len(present)

    def draw(self) -> Distribution:
        """The next sample: as many rows (or clusters) as there are, each as likely as any other."""
        import numpy as np

        drawn = self._random.integers(0, self._units, self._units)
        times = np.bincount(drawn, minlength=self._units).astype(np.float64)
        if self._cluster is not None:
            times = times[self._cluster]
        kept = times > 0
        weights = self._all.weights[kept] * times[kept]
        return Distribution(self._all.incomes[kept], weights, np.cumsum(weights))
