#!/usr/bin/env python3
"""The table of inpainting on MNIST: the central 14×14 pixels from the rest, without a network and by models.

usage: inpainting_baselines.py MNIST_DIR [--ridge LAMBDA] [NAME=COMPLETED.npy ...]

MNIST_DIR has the four IDX files, gzipped. COMPLETED.npy holds the 10,000 test images as `ganforge sample MODEL -n 10000 --input SPEC
-o COMPLETED.npy` completes them. Prints a line for each way to fill the hole of the test images: the mean absolute error (l1),
the mean squared error (l2) and its psnr in dB, of pixels in [0, 1]; the gradient energy of the filled hole, the mean squared
difference of neighbours; and the share of completed images whose class, by the built-in classifier of digits, is the label.

zeros     black
mean      the mean of the 60,000 training images
nearest   the hole of the training image whose context is nearest
ridge     linear regression of the hole's pixels on those of the context, with a constant; the penalty is LAMBDA on unit pixels

Needs numpy and torch.
"""
import argparse
import gzip
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

CLASSIFIER = Path(__file__).parent.parent / "crates/ganforge-eval/src/spaces/digits.safetensors"


def images(folder, part):
    data = gzip.open(Path(folder) / f"{part}-images-idx3-ubyte.gz").read()
    return np.frombuffer(data, np.uint8, offset=16).reshape(-1, 28, 28).astype(np.float32) / 255


def labels(folder, part):
    data = gzip.open(Path(folder) / f"{part}-labels-idx1-ubyte.gz").read()
    return np.frombuffer(data, np.uint8, offset=8)


HOLE = np.zeros((28, 28), bool)
HOLE[7:21, 7:21] = True


def split(x):
    return x[:, ~HOLE], x[:, HOLE]


def complete(x, filled):
    completed = x.copy()
    completed[:, HOLE] = filled
    return completed


class Classifier:
    """The layers of crates/ganforge-eval/src/spaces/digit_network.rs."""

    def __init__(self):
        data = CLASSIFIER.read_bytes()
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])
        def tensor(name):
            start, end = header[name]["data_offsets"]
            values = np.frombuffer(data[8 + size + start : 8 + size + end], np.float16).astype(np.float32)
            return torch.tensor(values.reshape(header[name]["shape"]))
        self.tensors = {name: tensor(name) for name in header if name != "__metadata__"}

    def classes(self, x):
        found = []
        for part in torch.tensor(x * 2 - 1).split(1000):
            h = part.unsqueeze(1)
            for layer, (stride, padding) in enumerate([(2, 1), (1, 1), (2, 1), (1, 0), (1, 0)]):
                h = F.relu(F.conv2d(h, self.tensors[f"convolutions.{layer}.weight"], self.tensors[f"convolutions.{layer}.bias"], stride, padding))
            h = F.relu(h.flatten(1) @ self.tensors["hidden.weight"] + self.tensors["hidden.bias"])
            found.append((h @ self.tensors["output.weight"] + self.tensors["output.bias"]).argmax(1))
        return torch.cat(found).numpy()


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
    parser.add_argument("completed", nargs="*")
    arguments = parser.parse_args()
    context, hole = split(images(arguments.mnist, "train"))
    test, test_labels = images(arguments.mnist, "t10k"), labels(arguments.mnist, "t10k")
    test_context, test_hole = split(test)
    fills = dict(
        zeros=np.zeros_like(test_hole),
        mean=np.broadcast_to(hole.mean(0), test_hole.shape),
        nearest=nearest(context, hole, test_context),
        ridge=ridge(context, hole, test_context, arguments.ridge).clip(0, 1),
        real=test_hole,
    )
    for argument in arguments.completed:
        name, path = argument.split("=", 1)
        made = (np.load(path)[:, 0] + 1) / 2
        assert np.abs(split(made)[0] - test_context).max() < 1e-5, "the context is that of the test images"
        fills[name] = split(made)[1]
    classifier = Classifier()
    for name, fill in fills.items():
        found = scores(fill, test_hole)
        found["class"] = (classifier.classes(complete(test, fill)) == test_labels).mean()
        print(name, json.dumps({key: round(float(value), 4) for key, value in found.items()}))


main()
