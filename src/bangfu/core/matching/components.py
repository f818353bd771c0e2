"""What hangs together: connected components of pairs."""

from __future__ import annotations

from typing import Any


def components(one: Any, two: Any, nodes: int) -> Any:
    """For each of `nodes` the smallest node that it is connected with by the pairs (int64).

    Every node takes the smallest label among its neighbours, then the label of its label, until nothing changes; chains
    are halved at every turn, so that a long one takes few turns.
    """
    import numpy as np

    label = np.arange(nodes, dtype=np.int64)
    while True:
        low = np.minimum(label[one], label[two])
        before = label.copy()
        np.minimum.at(label, label[one], low)
        np.minimum.at(label, label[two], low)
        while True:
            shorter = label[label]
            if np.array_equal(shorter, label):
                break
            label = shorter
        if np.array_equal(before, label):
            return label
