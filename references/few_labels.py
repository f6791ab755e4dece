#!/usr/bin/env python3
"""Test error of a linear SVM on features with few labels (Radford et al. 2015, section 5).

usage: few_labels.py LABELS TEST_LABELS NAME=TRAIN.npy,TEST.npy ...

LABELS and TEST_LABELS are IDX label files (plain or .gz) in the order of the rows. Each NAME is a pair of arrays that
`ganforge features` wrote, or `pixels=TRAIN-images,TEST-images` for IDX images. Ten draws of 100 and of 1000 labelled
images, balanced, the same for every NAME; features are centred and divided by one number,
their standard deviation over all training rows; C of a LinearSVC with squared hinge is chosen from 1e-5 ... 1e-1 on 2,000 other training images with the first draw. Needs
numpy and scikit-learn.
"""
import gzip
import sys

import numpy as np
from sklearn.svm import LinearSVC

PENALTIES, DRAWS, HELD_OUT = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1), 10, 2000


def idx(path):
    raw = (gzip.open if path.endswith(".gz") else open)(path, "rb").read()
    dims = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * len(dims)).reshape(dims)


def rows(path):
    array = np.load(path) if path.endswith(".npy") else idx(path).astype(np.float32) / 255
    return array.reshape(len(array), -1)


def draw(labels, count, seed, fewer_than):
    order = np.random.default_rng(seed).permutation(fewer_than)
    return np.concatenate([order[labels[order] == c][: count // 10] for c in range(10)])


def main():
    labels, test_labels = idx(sys.argv[1]), idx(sys.argv[2])
    pairs = {name: [rows(path) for path in paths.split(",")] for name, paths in (argument.split("=") for argument in sys.argv[3:])}
    # As many training rows of each as all have, so that all see the same images.
    count_rows = min(len(train) for train, _ in pairs.values())
    known, fitted = labels[:count_rows], count_rows - HELD_OUT
    for name, (train, test) in pairs.items():
        train = train[:count_rows]
        mean, deviation = train.mean(0), train.std(0).mean()
        train, test = (train - mean) / deviation, (test - mean) / deviation
        for count in (100, 1000):
            held_out = slice(fitted, len(train))

            def error(chosen, penalty, images, truth):
                svm = LinearSVC(C=penalty, dual="auto", max_iter=5000).fit(train[chosen], known[chosen])
                return 100 * np.mean(svm.predict(images) != truth)

            first = draw(known, count, 0, fitted)
            penalty = min(PENALTIES, key=lambda c: error(first, c, train[held_out], known[held_out]))
            errors = [error(draw(known, count, seed, fitted), penalty, test, test_labels[: len(test)]) for seed in range(DRAWS)]
            print(f"{name}: {count} labels: {np.mean(errors):.2f} ± {np.std(errors):.2f} % (C {penalty:g}; draws {' '.join(f'{e:.2f}' for e in errors)})", flush=True)


main()
