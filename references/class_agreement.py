#!/usr/bin/env python3
"""Whether a translated digit is still the same digit, by a classifier of the domain that it was translated to.

usage: class_agreement.py DOMAIN_DIR SOURCE_DIR TRANSLATED.npy...

DOMAIN_DIR and SOURCE_DIR hold IDX files of digits with labels. An RBF support vector machine learns 4,000 training images of
the domain; printed is its share of right classes on the first 1,000 test images of the domain, on those of the source as
they are, and on each array [n, 1, 28, 28] of translations of the source's first test images. Needs numpy, scikit-learn.
"""
import gzip
import pathlib
import sys

import numpy as np
from sklearn.svm import SVC

TRAIN, TEST = 4000, 1000


def content(folder, pattern):
    path = next(pathlib.Path(folder).glob(pattern))
    with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
        return file.read()


def load(folder, part, count):
    images = np.frombuffer(content(folder, f"{part}-images?idx3*"), np.uint8, offset=16).reshape(-1, 784)
    labels = np.frombuffer(content(folder, f"{part}-labels?idx1*"), np.uint8, offset=8)
    return images[:count] / 127.5 - 1, labels[:count]


def main():
    domain, source, *translated = sys.argv[1:]
    classifier = SVC(C=10, gamma="scale").fit(*load(domain, "train", TRAIN))
    images, labels = load(source, "t10k", TEST)
    print(f"domain itself      {classifier.score(*load(domain, 't10k', TEST)):.3f}")
    print(f"source unchanged   {classifier.score(images, labels):.3f}")
    for path in translated:
        rows = np.load(path).reshape(-1, 784)[:TEST]
        print(f"{path}  {classifier.score(rows, labels[: len(rows)]):.3f}")


main()
