#!/usr/bin/env python3
"""Losses and gradients of every payoff by PyTorch's autograd in float64, for ganforge-train's tests.

usage: payoffs.py > payoffs.json

Each formula is written as its paper writes it, with no regard for overflow; scores stay small enough for that.
`kind` and its keys are what a recipe says under `game.payoff`. Needs torch. Deterministic: scores are written out.
"""
import json

import torch

REAL = [1.7, -0.4, 0.3, 2.2]
FAKE = [-1.1, 0.6, -2.5, 0.15]
CONFIDENT_REAL = [9.0, -7.5, 3.0]
CONFIDENT_FAKE = [-8.0, 6.5, -4.0]
LONGER_FAKE = [-1.1, 0.6, -2.5, 0.15, 1.3]


def log(x):
    return torch.log(x)


def believed(s):
    """D(x), the probability that x is real."""
    return 1 / (1 + torch.exp(-s))


# Goodfellow et al. 2014, eq. 1, with the one-sided label smoothing of Salimans et al. 2016, section 3.4.
def classifier(real, fake, smoothing):
    d_real, d_fake = believed(real), believed(fake)
    on_real = (1 - smoothing) * log(d_real) + smoothing * log(1 - d_real)
    return -(on_real.mean() + log(1 - d_fake).mean())


def minimax(real, fake):
    return log(1 - believed(fake)).mean()


def non_saturating(real, fake):  # Goodfellow et al. 2014, section 3
    return -log(believed(fake)).mean()


def maximum_likelihood(real, fake):  # Goodfellow 2014, "On distinguishability criteria", section 5
    d = believed(fake)
    return -torch.exp(log(d / (1 - d))).mean()


# Mao et al. 2017, eq. 9.
def least_squares(a, b, c):
    def discriminator(real, fake, smoothing):
        target = (1 - smoothing) * b + smoothing * a
        return ((real - target) ** 2).mean() / 2 + ((fake - a) ** 2).mean() / 2

    return discriminator, lambda real, fake: ((fake - c) ** 2).mean() / 2


def critic(real, fake, smoothing):  # Arjovsky et al. 2017, eq. 2
    return -(real.mean() - fake.mean())


def hinge(real, fake, smoothing):  # Miyato et al. 2018, eq. 16
    zero = torch.zeros((), dtype=torch.float64)
    return -(torch.minimum(zero, -1 + real).mean() + torch.minimum(zero, -1 - fake).mean())


def minus_score(real, fake):  # Miyato et al. 2018, eq. 17
    return -fake.mean()


# Zhao et al. 2017, eqs. 1 and 2, with the energy E = -s.
def energy_margin(m):
    def discriminator(real, fake, smoothing):
        return (-real).mean() + torch.clamp(m - (-fake), min=0).mean()

    return discriminator, lambda real, fake: (-fake).mean()


# Berthelot et al. 2017, section 3.4, with the energy L = -s.
def balanced(k):
    return lambda real, fake, smoothing: (-real).mean() - k * (-fake).mean(), lambda real, fake: (-fake).mean()


# Nowozin et al. 2016, tables 2 and 6: the output activation and the conjugate.
F_DIVERGENCES = {
    "f-kl": (lambda v: v, lambda t: torch.exp(t - 1)),
    "f-reverse-kl": (lambda v: -torch.exp(-v), lambda t: -1 - log(-t)),
    "f-pearson": (lambda v: v, lambda t: t**2 / 4 + t),
    "f-squared-hellinger": (lambda v: 1 - torch.exp(-v), lambda t: t / (1 - t)),
    "f-jensen-shannon": (
        lambda v: torch.log(torch.tensor(2.0, dtype=torch.float64)) - log(1 + torch.exp(-v)),
        lambda t: -log(2 - torch.exp(t)),
    ),
}


def f_divergence(g, conjugate, heuristic):
    def discriminator(real, fake, smoothing):  # eq. 7, which the discriminator maximises
        return -(g(real).mean() - conjugate(g(fake)).mean())

    def generator(real, fake):  # eq. 7, which the generator minimises; or section 3.2
        return -g(fake).mean() if heuristic else -conjugate(g(fake)).mean()

    return discriminator, generator


# Jolicoeur-Martineau 2018: f1 is the discriminator's loss on real images, f2 that on fakes; the generator swaps them.
BASES = {
    "logistic": (lambda y: -log(believed(y)), lambda y: -log(1 - believed(y))),
    "hinge": (lambda y: torch.clamp(1 - y, min=0), lambda y: torch.clamp(1 + y, min=0)),
    "least-squares": (lambda y: (y - 1) ** 2, lambda y: (y + 1) ** 2),
}


def relativistic_paired(f1):  # section 4.2
    return (
        lambda real, fake, smoothing: f1(real - fake).mean(),
        lambda real, fake: f1(fake - real).mean(),
    )


def relativistic_average(f1, f2):  # section 4.3
    def against(real, fake):
        return real - fake.mean(), fake - real.mean()

    def discriminator(real, fake, smoothing):
        on_real, on_fake = against(real, fake)
        return f1(on_real).mean() + f2(on_fake).mean()

    def generator(real, fake):
        on_real, on_fake = against(real, fake)
        return f2(on_real).mean() + f1(on_fake).mean()

    return discriminator, generator


def games():
    """What a recipe says, label smoothing, whether scores go in pairs, both losses; for `balanced` its k."""
    for name, generator in [
        ("minimax", minimax),
        ("non-saturating", non_saturating),
        ("maximum-likelihood", maximum_likelihood),
    ]:
        for smoothing in [0.0, 0.1]:
            yield name, smoothing, False, (classifier, generator)
    for smoothing in [0.0, 0.1]:
        yield "least-squares", smoothing, False, least_squares(0, 1, 1)
        pearson = {"kind": "least-squares", "real": 1, "fake": -1, "generator": 0}
        yield pearson, smoothing, False, least_squares(-1, 1, 0)
    yield "wasserstein", 0.0, False, (critic, minus_score)
    yield "hinge", 0.0, False, (hinge, minus_score)
    for name, (g, conjugate) in F_DIVERGENCES.items():
        yield name, 0.0, False, f_divergence(g, conjugate, heuristic=False)
        heuristic = {"kind": name, "non_saturating": True}
        yield heuristic, 0.0, False, f_divergence(g, conjugate, heuristic=True)
    for name, (f1, f2) in BASES.items():
        yield f"relativistic-{name}", 0.0, True, relativistic_paired(f1)
        yield f"relativistic-average-{name}", 0.0, False, relativistic_average(f1, f2)
    yield "energy-margin", 0.0, False, energy_margin(10)
    yield {"kind": "energy-margin", "margin": 2.0}, 0.0, False, energy_margin(2)
    for k in [0.0, 0.4, 1.0]:
        yield "balanced", 0.0, False, balanced(k), k
    yield {"kind": "balanced", "gamma": 0.7, "lambda": 0.01}, 0.0, False, balanced(0.3), 0.3


def leaf(scores):
    return torch.tensor(scores, dtype=torch.float64, requires_grad=True)


def judged(loss, real, fake):
    real, fake = leaf(real), leaf(fake)
    value = loss(real, fake)
    gradients = torch.autograd.grad(value, [real, fake], allow_unused=True)
    slopes = [
        [0.0] * len(scores) if gradient is None else gradient.tolist()
        for scores, gradient in zip([real, fake], gradients)
    ]
    return {"loss": value.item(), "real": slopes[0], "fake": slopes[1]}


def cases():
    for payoff, smoothing, pairs, (discriminator, generator), *balance in games():
        batches = [(REAL, FAKE), (CONFIDENT_REAL, CONFIDENT_FAKE)]
        if not pairs:
            batches.append((REAL, LONGER_FAKE))
        for real, fake in batches:
            yield {
                "payoff": payoff,
                "smoothing": smoothing,
                **({"balance": balance[0]} if balance else {}),
                "real": real,
                "fake": fake,
                "discriminator": judged(lambda r, f: discriminator(r, f, smoothing), real, fake),
                "generator": judged(generator, real, fake),
            }


if __name__ == "__main__":
    print("[\n" + ",\n".join(json.dumps(case) for case in cases()) + "\n]")
