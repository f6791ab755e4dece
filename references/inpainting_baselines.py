#!/usr/bin/env python3
"""Baselines of inpainting on MNIST: the central 14×14 pixels from the rest, without a network.

usage: inpainting_baselines.py MNIST_DIR [--ridge LAMBDA]

MNIST_DIR has the four IDX files, gzipped. Prints one JSON object: for each way to fill the hole of the 10,000 test images the mean
absolute error (l1), the mean squared error (l2) and its psnr in dB, of pixels in [0, 1], and the gradient energy of the filled hole,
the mean squared difference of neighbours. Images are those of the 60,000 for training.

zeros     black
mean      the mean training image
nearest   the hole of the training image whose context is nearest
ridge     linear regression of the hole's pixels on those of the context, with a constant; the penalty is LAMBDA on unit pixels

Needs numpy.
"""
import argparse
import gzip
import json
from pathlib import Path

import numpy as np


def images(folder, part):
    data = gzip.open(Path(folder) / f"{part}-images-idx3-ubyte.gz").read()
    return np.frombuffer(data, np.uint8, offset=16).reshape(-1, 28, 28).astype(np.float32) / 255


def split(x):
    hole = np.zeros((28, 28), bool)
    hole[7:21, 7:21] = True
    return x[:, ~hole], x[:, hole]


def scores(filled, hole):
    error = filled.astype(np.float64) - hole
    l2 = (error**2).mean()
    square = filled.reshape(-1, 14, 14).astype(np.float64)
    energy = (np.diff(square, axis=1) ** 2).mean() + (np.diff(square, axis=2) ** 2).mean()
    return dict(l1=np.abs(error).mean(), l2=l2, psnr=-10 * np.log10(l2) if l2 else float("inf"), gradient_energy=energy)


def ridge(context, hole, test, penalty):
    context, test = (np.hstack([c, np.ones((len(c), 1), np.float32)]).astype(np.float64) for c in (context, test))
    gram = context.T @ context
    weights = np.linalg.solve(gram + penalty * np.eye(len(gram)), context.T @ hole)
    return test @ weights


def nearest(context, hole, test, rows=500):
    squares = (context**2).sum(1)
    found = []
    for start in range(0, len(test), rows):
        part = test[start : start + rows]
        found.append((squares - 2 * part @ context.T).argmin(1))
    return hole[np.concatenate(found)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mnist")
    parser.add_argument("--ridge", type=float, default=1.0)
    arguments = parser.parse_args()
    context, hole = split(images(arguments.mnist, "train"))
    test_context, test_hole = split(images(arguments.mnist, "t10k"))
    fills = dict(
        zeros=np.zeros_like(test_hole),
        mean=np.broadcast_to(hole.mean(0), test_hole.shape),
        nearest=nearest(context, hole, test_context),
        ridge=ridge(context, hole, test_context, arguments.ridge),
        real=test_hole,
    )
    print(json.dumps({name: {key: round(float(value), 4) for key, value in scores(fill, test_hole).items()} for name, fill in fills.items()}, indent=1))


main()
