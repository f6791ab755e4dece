#!/usr/bin/env python3
"""Mode coverage of 2-D samples, by the protocol of PacGAN (Lin et al. 2018) and VEEGAN.

usage: score_modes.py ring8|grid25 SAMPLES.npy [SAMPLES.npy ...]

SAMPLES.npy  float32 [n,2,1,1], as `ganforge sample RUN -n 2500 -o SAMPLES.npy` writes them
A sample within three standard deviations of a mode's centre is of high quality; a mode counts with at least one such
sample. Prints one JSON object a file: modes found, share of high quality, and the reverse Kullback-Leibler divergence
of the modes' shares from uniform, in nats. Needs numpy.
"""
import json
import sys

import numpy as np

MIXTURES = {
    "ring8": (np.array([[np.cos(a), np.sin(a)] for a in 2 * np.pi * np.arange(8) / 8]), 0.01),
    "grid25": (np.array([[x, y] for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)], float), 0.05),
}


def score(points, centers, sigma):
    distance = np.linalg.norm(points[:, None] - centers[None], axis=2)
    nearest = distance.argmin(1)
    good = distance.min(1) <= 3 * sigma
    counts = np.bincount(nearest[good], minlength=len(centers))
    shares = counts[counts > 0] / max(counts.sum(), 1)
    divergence = float((shares * np.log(shares * len(centers))).sum()) if counts.sum() else None
    return dict(samples=len(points), modes=int((counts > 0).sum()), of=len(centers), high_quality=float(good.mean()), reverse_kl=divergence)


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in MIXTURES:
        sys.exit(__doc__)
    for path in sys.argv[2:]:
        points = np.load(path).reshape(-1, 2).astype(float)
        print(json.dumps(dict(file=path, **score(points, *MIXTURES[sys.argv[1]]))))


if __name__ == "__main__":
    main()
