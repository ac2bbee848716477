"""Simulated microscopy: round cells under uneven light, with debris, and the mask of every cell."""
from dataclasses import dataclass

import numpy as np

from .tables import Table


@dataclass(frozen=True, eq=False, repr=False)
class CellImages(Table):
    """N pictures of cells.

    images : (N, 1, H, W) float32, about 0 dark to 1 bright.
    masks : (N, H, W) int64: 0 background, 1 cell, 2 the border between cell and background.
    cells : (N, H, W) int64: 0, or the number of the cell, from 1, which covers a pixel.

    >>> CellImages(np.zeros((2, 1, 8, 8)), np.zeros((2, 8, 8), int), np.zeros((2, 8, 8), int))
    <CellImages: 2 rows of images, masks, cells>
    """

    images: np.ndarray
    masks: np.ndarray
    cells: np.ndarray


def simulate_cells(n, *, seed, size=64, cells=(3, 8), noise=0.06, debris=12, illumination=0.5):
    """Pictures of cells: `CellImages`.

    Cells are ellipses, 7 to 12 % of the picture's width in radius, which may touch. Light falls off to one
    side by `illumination`, more than cells differ from background, so that no single threshold separates
    them. Debris is as bright as cells, but tiny, so that size must be seen. `noise` is its standard
    deviation.

    >>> pictures = simulate_cells(2, seed=0, size=32)
    >>> pictures.images.shape, sorted(set(pictures.masks.ravel().tolist()))
    ((2, 1, 32, 32), [0, 1, 2])
    """
    if n < 1 or size < 16 or not 0 <= cells[0] <= cells[1]:
        raise ValueError(f"simulate_cells: got n={n}, size={size}, cells={cells}, expected n >= 1, size >= 16, "
                         "cells=(fewest, most)")
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size].astype(np.float64)
    images = np.empty((n, 1, size, size), dtype=np.float32)
    masks, numbers = np.zeros((2, n, size, size), dtype=np.int64)
    for i in range(n):
        signal = np.zeros((size, size))
        for number in range(1, int(rng.integers(cells[0], cells[1] + 1)) + 1):
            distance = _ellipse(rng, x, y, size, rng.uniform(0.07, 0.12, size=2) * size)
            inside = distance < 1
            texture = 0.8 + 0.2 * np.sin(x / 2 + rng.random() * 6) * np.sin(y / 2 + rng.random() * 6)
            signal = np.where(inside, rng.uniform(0.25, 0.4) * texture
                              * np.sqrt(np.maximum(1.3 - distance, 0)), signal)
            numbers[i][inside] = number
        for _ in range(debris):
            spot = _ellipse(rng, x, y, size, rng.uniform(0.6, 1.2, size=2)) < 1
            signal = np.where(spot & (numbers[i] == 0), 0.35, signal)
        angle = rng.random() * 2 * np.pi
        light = (np.cos(angle) * (x / size - 0.5) + np.sin(angle) * (y / size - 0.5)) * illumination
        images[i, 0] = 0.3 + light + signal + noise * rng.normal(size=(size, size))
        masks[i] = (numbers[i] > 0) + _border(numbers[i]).astype(np.int64)
    return CellImages(images, masks, numbers)


def _ellipse(rng, x, y, size, radii):
    """How far each pixel is from a random ellipse's centre, (H, W): 1 at its edge."""
    centre, angle = rng.uniform(0, size, size=2), rng.random() * np.pi
    u = np.cos(angle) * (x - centre[0]) + np.sin(angle) * (y - centre[1])
    v = -np.sin(angle) * (x - centre[0]) + np.cos(angle) * (y - centre[1])
    return (u / radii[0]) ** 2 + (v / radii[1]) ** 2


def _border(numbers):
    """Pixels of a cell that have a pixel of something else beside them."""
    padded = np.pad(numbers, 1, mode="edge")
    differs = np.zeros(numbers.shape, dtype=bool)
    for row, column in ((0, 1), (2, 1), (1, 0), (1, 2)):
        differs |= padded[row:row + len(numbers), column:column + numbers.shape[1]] != numbers
    return differs & (numbers > 0)
