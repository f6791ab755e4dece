#!/usr/bin/env python3
"""Metrics of small sets by the implementations their field uses, for ganforge-eval's tests.

usage: metrics.py > metrics.json

Features come from `scattered`, which the tests repeat bit for bit; only its arguments are stored, and what is done to its numbers
(times `scale`, plus `shift`, both exact). Needs numpy, scipy, scikit-learn, prdc, torch-fidelity and
pytorch-msssim.
"""
import contextlib
import io
import json

import numpy as np
import prdc
import torch
from pytorch_msssim import ms_ssim
from score_modes import MIXTURES, score
from scipy import linalg
from scipy.special import logsumexp
from sklearn.metrics.pairwise import polynomial_kernel
from sklearn.neighbors import NearestNeighbors
from torch_fidelity.metric_isc import isc_features_to_metric
from torch_fidelity.metric_kid import kernel_mmd
from torch_fidelity.metric_prc import calculate_precision_recall_full


def mixed(value):
    """The finaliser of splitmix64."""
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def scattered(rows, columns, seed):
    def uniform(columns):
        at = (np.arange(rows, dtype=np.uint64)[:, None] << np.uint64(20)) + columns.astype(np.uint64)
        return (mixed(np.uint64(seed << 48) + at) >> np.uint64(52)).astype(np.float32) / 2048 - 1

    column = np.arange(columns)
    return uniform(column) + uniform((1 << 19) + column // 4)


def made(recipe):
    rows, columns, seed = (recipe[key] for key in ("rows", "columns", "seed"))
    return scattered(rows, columns, seed) * np.float32(recipe["scale"]) + np.float32(recipe["shift"])


def recipe(rows, columns, seed, scale=1.0, shift=0.0):
    return dict(rows=rows, columns=columns, seed=seed, scale=scale, shift=shift)


def frechet(first, second):
    """pytorch-fid's formula."""
    first, second = first.astype(np.float64), second.astype(np.float64)
    mu1, mu2 = first.mean(0), second.mean(0)
    sigma1, sigma2 = np.atleast_2d(np.cov(first, rowvar=False)), np.atleast_2d(np.cov(second, rowvar=False))
    root = linalg.sqrtm(sigma1 @ sigma2)
    return float((mu1 - mu2) @ (mu1 - mu2) + np.trace(sigma1 + sigma2 - 2 * root.real))


def kernel(first, second):
    """The unbiased estimator by scikit-learn's kernel."""
    first, second = first.astype(np.float64), second.astype(np.float64)
    within = []
    for side in (first, second):
        gram = polynomial_kernel(side, degree=3, coef0=1)
        within.append((gram.sum() - np.trace(gram)) / (len(side) * (len(side) - 1)))
    return float(sum(within) - 2 * polynomial_kernel(first, second, degree=3, coef0=1).mean())


def fidelity_kernel(first, second):
    """The same by torch-fidelity, which takes sets of one size."""
    options = dict(kid_kernel="poly", kid_kernel_poly_degree=3, kid_kernel_poly_gamma=None, kid_kernel_poly_coef0=1)
    return float(kernel_mmd(first.astype(np.float64), second.astype(np.float64), **options))


def overlap(samples, reference, k):
    with contextlib.redirect_stdout(io.StringIO()):
        found = prdc.compute_prdc(reference, samples, k)
    precision, recall = calculate_precision_recall_full(torch.tensor(samples), torch.tensor(reference), k)
    return dict(
        {key: float(value) for key, value in found.items()},
        fidelity_precision=float(precision),
        fidelity_recall=float(recall),
    )


def inception(recipe, splits):
    """torch-fidelity's score takes logits; the probabilities it makes of them are rounded to single precision for the tests."""
    logits = made(recipe)
    found = isc_features_to_metric(torch.tensor(logits), splits=splits, shuffle=False)
    return dict(logits=recipe, splits=splits, mean=found["inception_score_mean"], std=found["inception_score_std"])


def log_likelihoods(points, samples, sigma):
    """The authors' theano_parzen and numpy_parzen (parzen_ll.py), in numpy."""
    points, samples = points.astype(np.float64), samples.astype(np.float64)
    scaled = (points[:, None] - samples[None]) / sigma
    energy = logsumexp(-0.5 * (scaled**2).sum(2), axis=1) - np.log(len(samples))
    return energy - samples.shape[1] * np.log(sigma * np.sqrt(2 * np.pi))


def parzen(samples, validation, test):
    samples_, validation_, test_ = made(samples), made(validation), made(test)
    grid = np.logspace(-1, 0, 10)
    sigma = grid[np.argmax([log_likelihoods(validation_, samples_, sigma).mean() for sigma in grid])]
    found = log_likelihoods(test_, samples_, sigma)
    return dict(
        samples=samples, validation=validation, test=test,
        sigma=float(sigma), mean=float(found.mean()), error=float(found.std() / np.sqrt(len(found))),
    )


def blurred(image, taps):
    """A separable filter over the windows that lie inside, as pytorch-msssim's gaussian_filter."""
    for axis in (0, 1):
        image = np.apply_along_axis(lambda line: np.convolve(line, taps, "valid"), axis, image)
    return image


def gaussian():
    taps = np.exp(-((np.arange(11) - 5.0) ** 2) / (2 * 1.5**2))
    return taps / taps.sum()


def similarity(first, second, scales, span=2.0):
    """The formula of pytorch-msssim's ms_ssim for one channel, with the first `scales` weights, scaled to the sum of all: the package takes no images below 161 pixels."""
    weights = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
    weights = weights[:scales] / weights[:scales].sum() * weights.sum()
    taps = gaussian()
    c1, c2 = (0.01 * span) ** 2, (0.03 * span) ** 2
    first, second, value = first.astype(np.float64) + 1, second.astype(np.float64) + 1, 1.0
    for scale, weight in enumerate(weights):
        mu1, mu2 = blurred(first, taps), blurred(second, taps)
        s11, s22 = blurred(first**2, taps) - mu1**2, blurred(second**2, taps) - mu2**2
        s12 = blurred(first * second, taps) - mu1 * mu2
        structure = (2 * s12 + c2) / (s11 + s22 + c2)
        whole = structure * (2 * mu1 * mu2 + c1) / (mu1**2 + mu2**2 + c1)
        last = scale + 1 == len(weights)
        value *= max((whole if last else structure).mean(), 0.0) ** weight
        height, width = first.shape
        first, second = (x.reshape(height // 2, 2, width // 2, 2).mean((1, 3)) for x in (first, second))
    return float(value)


def images(recipe, size, scales):
    """Two images of one kind in [-1, 1], so that the only pair there is has a similarity: by the package where it takes them."""
    both = made(recipe).reshape(2, *size)
    both[1] = (both[0] * 3 + both[1]) / 4
    if min(size[1:]) > 160:
        first, second = torch.tensor(both).double()[:, None] + 1
        # The package's own window is of single precision.
        window = torch.tensor(gaussian()).expand(size[0], 1, 1, -1)
        value = float(ms_ssim(first, second, data_range=2, win=window))
    else:
        value = float(np.mean([similarity(first, second, scales) for first, second in zip(*both)]))
    return dict(images=recipe, size=size, scales=scales, similarity=value)


def modes(recipe, mixture):
    """The protocol of score_modes.py."""
    centers, sigma = MIXTURES[mixture]
    found = score(made(recipe).astype(np.float64), centers, sigma)
    return dict(samples=recipe, mixture=mixture, **{key: found[key] for key in ("modes", "high_quality", "reverse_kl")})


def nearest(samples, held_out, training):
    """Distances to the nearest training sample, by scikit-learn."""
    search = NearestNeighbors(n_neighbors=1).fit(made(training).astype(np.float64))
    from_samples, from_held_out = (np.sort(search.kneighbors(made(side))[0][:, 0]) for side in (samples, held_out))
    near = from_held_out[len(from_held_out) // 100]
    return dict(
        samples=samples, held_out=held_out, training=training, suspicious=float((from_samples < near).mean()),
        medians=[float(np.median(side)) for side in (from_samples, from_held_out)],
    )


PAIRS = [
    # Equal, shifted and wider distributions; fewer samples than dimensions; unequal counts; many samples; two dimensions; distances small relative to norms.
    (recipe(200, 16, 1), recipe(200, 16, 2)),
    (recipe(200, 16, 3, 1.0, 0.25), recipe(200, 16, 4)),
    (recipe(300, 10, 5, 1.5), recipe(300, 10, 6)),
    (recipe(40, 64, 7, 0.75, 0.125), recipe(40, 64, 8)),
    (recipe(90, 48, 9), recipe(30, 48, 10, 1.25)),
    (recipe(1500, 24, 11, 1.0, 0.0625), recipe(1300, 24, 12)),
    (recipe(400, 2, 13, 0.5), recipe(300, 2, 14)),
    (recipe(300, 784, 15, 0.25, 0.5), recipe(300, 784, 16, 0.25, 0.5625)),
]


def pairs():
    for samples, reference in PAIRS:
        first, second = made(samples), made(reference)
        case = dict(
            samples=samples,
            reference=reference,
            frechet=frechet(first, second),
            kernel=kernel(first, second),
            overlap={str(k): overlap(first, second, k) for k in (3, 5)},
        )
        if len(first) == len(second):
            case["fidelity_kernel"] = fidelity_kernel(first, second)
        yield case


if __name__ == "__main__":
    with np.errstate(over="ignore"):
        stored = dict(
            pairs=list(pairs()),
            inception=[inception(recipe(103, 10, 17, 3.0), 10), inception(recipe(60, 4, 18), 1)],
            parzen=[
                parzen(recipe(150, 12, 19, 0.25), recipe(50, 12, 20, 0.25), recipe(80, 12, 21, 0.25)),
                parzen(recipe(400, 784, 22, 0.25, 0.5), recipe(20, 784, 23, 0.25, 0.5), recipe(60, 784, 24, 0.25, 0.5)),
            ],
            similarity=[
                images(recipe(2, 28 * 28, 25, 0.5), [1, 28, 28], 2),
                images(recipe(2, 64 * 64, 26, 0.5), [1, 64, 64], 3),
                images(recipe(2, 16 * 16, 27, 0.5), [1, 16, 16], 1),
                images(recipe(2, 3 * 20 * 32, 28, 0.5), [3, 20, 32], 1),
                images(recipe(2, 176 * 176, 29, 0.5), [1, 176, 176], 5),
                images(recipe(2, 3 * 176 * 192, 30, 0.25, -0.5), [3, 176, 192], 5),
            ],
            modes=[modes(recipe(2000, 2, 31, 2.5), "grid25"), modes(recipe(3000, 2, 32, 0.75), "ring8")],
            nearest=[
                nearest(recipe(300, 12, 33), recipe(250, 12, 34), recipe(500, 12, 35)),
                nearest(recipe(120, 784, 36, 0.25, 0.5), recipe(100, 784, 37, 0.25, 0.5), recipe(200, 784, 38, 0.25, 0.5)),
            ],
        )
    print(json.dumps(stored, indent=1))
