#!/usr/bin/env python3
"""Score generated 8x8 digits against the UCI optical-digits test set (sklearn's load_digits).

usage: score_digits.py SAMPLES.npy [digits.csv.gz] [--labels LABELS.npy | --classes-in-turn]

SAMPLES.npy   float32 [n,1,8,8] (or [n,64]) in [-1,1]
digits.csv.gz 64 pixels 0..16 and the label per row, no header; without it scikit-learn's copy of the same rows
--classes-in-turn   sample i was asked to be of class i mod 10, as `ganforge sample` draws them
--labels      intended class of every sample (int [n] or one-hot [n,10]); adds the conditional criteria

Prints one JSON object with every criterion and a verdict; exit status 0 if all pass, 1 if not.
Needs numpy, scipy, scikit-learn. Deterministic: every split is seeded.
"""
import argparse
import json
import sys

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.svm import SVC

MIN_SHARE = 0.05         # least share of samples any class may have
CONF_TOL = 0.03          # mean confidence may fall this far below held-out real digits
FD_RATIO_MAX = 1.5       # Frechet distance / real half-vs-half Frechet distance
NN_RATIO_MIN = 0.7       # median nearest-neighbour distance / real leave-one-out median
NN_COPY_FRACTION = 0.01  # most samples that may lie closer than any real pair but duplicates do
COND_ACC_MIN = 0.95      # accuracy of the intended class (conditional models only)
FD_SPLITS = 20


def load_real(path):
    rows = np.loadtxt(path, delimiter=",") if path else np.column_stack(load_digits(return_X_y=True))
    return rows[:, :64] / 8.0 - 1.0, rows[:, 64].astype(int)


def moments(x):
    return x.mean(0), np.cov(x, rowvar=False)


def frechet(m1, c1, m2, c2):
    """|m1-m2|^2 + tr(c1 + c2 - 2 (c1 c2)^(1/2)); the trace through symmetric eigenproblems only,
    which is exact for the singular covariances that constant pixels give."""
    w, v = np.linalg.eigh(c1)
    root = (v * np.sqrt(np.clip(w, 0, None))) @ v.T
    cross = np.sqrt(np.clip(np.linalg.eigvalsh(root @ c2 @ root), 0, None)).sum()
    d = m1 - m2
    return float(d @ d + np.trace(c1) + np.trace(c2) - 2 * cross)


def calibrated_svm():
    # the successor of SVC(probability=True): Platt scaling on out-of-fold decisions
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return CalibratedClassifierCV(SVC(kernel="rbf", gamma="scale", C=10), ensemble=False, cv=folds)


class Scorer:
    """Everything that depends on the real digits alone, computed once."""

    def __init__(self, real, labels):
        self.real, self.labels = real, labels
        xa, xb, ya, yb = train_test_split(real, labels, test_size=0.5, stratify=labels, random_state=0)
        self.svm = calibrated_svm().fit(xa, ya)
        p = self.svm.predict_proba(xb)
        self.held_conf = float(p.max(1).mean())
        self.held_conf_p10 = float(np.quantile(p.max(1), 0.1))
        self.held_acc = float((self.svm.classes_[p.argmax(1)] == yb).mean())
        self.real_moments = moments(real)
        halves = []
        for s in range(FD_SPLITS):
            i = np.random.default_rng(s).permutation(len(real))
            h = len(real) // 2
            halves.append(frechet(*moments(real[i[:h]]), *moments(real[i[h:]])))
        self.fd_half, self.fd_half_sd = float(np.mean(halves)), float(np.std(halves))
        d = cdist(real, real)
        np.fill_diagonal(d, np.inf)
        self.loo = d.min(1)
        self.copy_radius = float(np.quantile(self.loo, 0.001))

    def reference(self):
        return {
            "held_out_accuracy": self.held_acc,
            "held_out_confidence": self.held_conf,
            "held_out_confidence_p10": self.held_conf_p10,
            "class_shares": (np.bincount(self.labels, minlength=10) / len(self.labels)).tolist(),
            "frechet_half_vs_half": self.fd_half,
            "frechet_half_vs_half_sd": self.fd_half_sd,
            "nn_leave_one_out_median": float(np.median(self.loo)),
            "nn_leave_one_out_p01_p10": [float(q) for q in np.quantile(self.loo, [0.01, 0.1])],
            "copy_radius": self.copy_radius,
        }

    def score(self, x, intended=None):
        p = self.svm.predict_proba(x)
        cls = self.svm.classes_[p.argmax(1)]
        shares = np.bincount(cls, minlength=10) / len(x)
        conf = p.max(1)
        fd = frechet(*moments(x), *self.real_moments)
        nn = cdist(x, self.real).min(1)
        self_d = cdist(x, x)
        np.fill_diagonal(self_d, np.inf)
        out = {
            "n": len(x),
            "class_shares": shares.tolist(),
            "min_class_share": float(shares.min()),
            "classes_found": int((shares > 0).sum()),
            "confidence": float(conf.mean()),
            "confidence_p10": float(np.quantile(conf, 0.1)),
            "confidence_minus_held_out": float(conf.mean() - self.held_conf),
            "frechet": fd,
            "frechet_ratio": fd / self.fd_half,
            "nn_median": float(np.median(nn)),
            "nn_p01_p10": [float(q) for q in np.quantile(nn, [0.01, 0.1])],
            "nn_median_ratio": float(np.median(nn) / np.median(self.loo)),
            "nn_copy_fraction": float((nn < self.copy_radius).mean()),
            "self_nn_median": float(np.median(self_d.min(1))),  # samples among themselves; not judged
        }
        verdict = {
            "classes": out["min_class_share"] >= MIN_SHARE,
            "confidence": out["confidence_minus_held_out"] >= -CONF_TOL,
            "frechet": out["frechet_ratio"] <= FD_RATIO_MAX,
            "not_copies": out["nn_median_ratio"] >= NN_RATIO_MIN
            and out["nn_copy_fraction"] <= NN_COPY_FRACTION,
        }
        if intended is not None:
            hit = cls == intended
            per = [float(hit[intended == c].mean()) if (intended == c).any() else None for c in range(10)]
            out["intended_accuracy"] = float(hit.mean())
            out["intended_accuracy_per_class"] = per
            verdict["intended_class"] = out["intended_accuracy"] >= COND_ACC_MIN
        return out, verdict


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("samples")
    ap.add_argument("digits", nargs="?")
    ap.add_argument("--labels")
    ap.add_argument("--classes-in-turn", action="store_true")
    a = ap.parse_args()
    x = np.load(a.samples)
    x = x.reshape(len(x), -1).astype(np.float64)
    if x.shape[1] != 64 or not np.isfinite(x).all() or np.abs(x).max() > 1 + 1e-4:
        sys.exit("samples must be finite, 64 pixels each, within [-1,1]")
    intended = np.arange(len(x)) % 10 if a.classes_in_turn else None
    if a.labels:
        intended = np.load(a.labels)
        intended = intended.argmax(1) if intended.ndim == 2 and intended.shape[1] == 10 else intended.ravel().astype(int)
        if len(intended) != len(x):
            sys.exit("labels and samples differ in number")
    scorer = Scorer(*load_real(a.digits))
    result, verdict = scorer.score(x, intended)
    verdict = {k: bool(v) for k, v in verdict.items()}
    passed = all(verdict.values())
    print(json.dumps({"pass": passed, "verdict": verdict, "samples": result, "reference": scorer.reference()}))
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
