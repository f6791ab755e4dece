#!/usr/bin/env python3
"""Seconds that NumPy, SciPy, scikit-learn and prdc take for three metrics of 10,000 against 10,000 images of 28 × 28, on two threads.

usage: metrics_speed.py IMAGES-IDX3-UBYTE.gz [fidelity]

The first 10,000 images of an IDX file are the reference; the next 10,000, with a pattern of grey levels added, the samples: what ganforge-eval's bench `digits`
measures, whose values must be these. The kernel distance is that of all pairs by scikit-learn's kernel, a side at a time. With `fidelity`, precision and recall by torch-fidelity are timed too.
"""
import os

os.environ.update(OMP_NUM_THREADS="2", OPENBLAS_NUM_THREADS="2", LOKY_MAX_CPU_COUNT="2")

import contextlib
import gzip
import io
import sys
import time

import numpy as np
import prdc
from scipy import linalg
from sklearn.metrics.pairwise import polynomial_kernel

COUNT = 10_000


def images(path):
    with gzip.open(path) as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16)[: 2 * COUNT * 784]
    pixels = pixels.reshape(2, COUNT, 784).astype(np.float32)
    row, column = np.ogrid[:COUNT, :784]
    pixels[1] += (row * 7919 + column * 104729) % 27 - 13
    return pixels / np.float32(127.5) - 1


def frechet(first, second):
    mu1, mu2 = first.mean(0, dtype=np.float64), second.mean(0, dtype=np.float64)
    sigma1, sigma2 = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    root = linalg.sqrtm(sigma1 @ sigma2).real
    return (mu1 - mu2) @ (mu1 - mu2) + np.trace(sigma1 + sigma2 - 2 * root)


def kernel(first, second):
    within = []
    for side in (first, second):
        gram = polynomial_kernel(side, degree=3, coef0=1)
        within.append((gram.sum(dtype=np.float64) - np.trace(gram)) / (COUNT * (COUNT - 1)))
    return sum(within) - 2 * polynomial_kernel(first, second, degree=3, coef0=1).mean(dtype=np.float64)


def overlap(reference, samples):
    with contextlib.redirect_stdout(io.StringIO()):
        return prdc.compute_prdc(reference, samples, 5)


def timed(name, metric, *sets):
    start = time.perf_counter()
    value = metric(*sets)
    seconds = time.perf_counter() - start
    print(f"{name}: {seconds:.2f} s, {value}", flush=True)
    return seconds


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    reference, samples = images(sys.argv[1])
    total = timed("Fréchet", frechet, samples, reference)
    total += timed("kernel", kernel, samples, reference)
    total += timed("overlap", overlap, reference, samples)
    print(f"total: {total:.2f} s")
    if "fidelity" in sys.argv[2:]:
        import torch
        from torch_fidelity.metric_prc import calculate_precision_recall_full

        torch.set_num_threads(2)
        timed("torch-fidelity", calculate_precision_recall_full, *map(torch.from_numpy, (samples, reference)), 3)


if __name__ == "__main__":
    main()
