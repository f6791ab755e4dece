#!/usr/bin/env python3
"""The second domain of the recipe cyclegan-2017-mnist-small: outlines of handwritten digits, as IDX files.

usage: outlined_mnist.py MNIST_DIR OUTPUT_DIR

The outline of an image is its 3×3 dilation minus its 3×3 erosion, with the border repeated. OUTPUT_DIR gets both parts of
MNIST in their order with their labels, so that image i there is the true translation of image i of MNIST. Needs numpy.
"""
import gzip
import pathlib
import shutil
import struct
import sys

import numpy as np


def read(path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as file:
        content = file.read()
    _, count, height, width = struct.unpack(">4i", content[:16])
    return np.frombuffer(content, np.uint8, offset=16).reshape(count, height, width)


def outline(images):
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge")
    height, width = images.shape[1:]
    windows = np.stack([padded[:, y : y + height, x : x + width] for y in range(3) for x in range(3)])
    return windows.max(0) - windows.min(0)


def main():
    source, output = map(pathlib.Path, sys.argv[1:])
    output.mkdir(parents=True, exist_ok=True)
    for part in ("train", "t10k"):
        path = next(source.glob(f"{part}-images?idx3-ubyte*"))
        images = outline(read(path))
        with open(output / f"{part}-images-idx3-ubyte", "wb") as file:
            file.write(struct.pack(">4i", 2051, *images.shape))
            file.write(images.tobytes())
        labels = next(source.glob(f"{part}-labels?idx1-ubyte*"))
        shutil.copyfile(labels, output / f"{part}-labels-idx1-ubyte{'.gz' if labels.suffix == '.gz' else ''}")


main()
