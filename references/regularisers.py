#!/usr/bin/env python3
"""Regularisers with their gradients, by PyTorch in float64.

usage: regularisers.py > regularisers.json

Weights have the layouts of Burn: linear layers `[inputs, outputs]`, convolutions `[outputs, inputs / groups, height, width]`,
transposed ones `[inputs, outputs, height, width]`. Needs torch. Deterministic: every draw is seeded, and every number drawn is
rounded and written out, so the numbers stored are exactly those that were used.
"""
import json

import torch

torch.set_default_dtype(torch.float64)


def draw(rng, shape, spread=1.0):
    return (torch.randn(shape, generator=rng) * spread).mul(1000).round().div(1000).requires_grad_()


def numbers(tensor):
    return [float(f"{number:.9g}") for number in tensor.flatten().tolist()]


def outcome(value, inputs):
    gradients = torch.autograd.grad(value, list(inputs.values()))
    return {
        "value": float(f"{value.item():.12g}"),
        "gradients": {name: numbers(gradient) for name, gradient in zip(inputs, gradients)},
    }


# One row for each output.
ROWS = {
    "linear": lambda weight: weight.t(),
    "conv": lambda weight: weight.flatten(1),
    "up": lambda weight: weight.transpose(0, 1).flatten(1),
}


def orthogonal(rng):
    shapes = {
        "linear.0": (6, 4),
        "linear.1": (2, 7),  # more outputs than orthogonal rows have room for
        "linear.2": (4, 5),
        "conv.weight": (4, 2, 3, 2),
        "up.weight": (3, 2, 4, 4),
    }
    names = {name: f"{name}.weight" if name.startswith("linear") else name for name in shapes}
    weights = {names[name]: draw(rng, shape, 0.4) for name, shape in shapes.items()}
    outcomes = []
    for unit_norms in [False, True]:
        value = 0
        for name, weight in weights.items():
            rows = ROWS[name.split(".")[0]](weight)
            gram, eye = rows @ rows.t(), torch.eye(len(rows))
            apart = gram - eye if unit_norms else gram * (1 - eye)  # Brock et al. 2019, eqs. 2 and 3
            value = value + 0.7 * apart.square().sum()
        outcomes.append({"unit_norms": unit_norms, **outcome(value, weights)})
    stored = {name: {"shape": list(weight.shape), "values": numbers(weight)} for name, weight in weights.items()}
    return {"beta": 0.7, "weights": stored, "outcomes": outcomes}


def feature_matching(rng):
    real, fake = draw(rng, (5, 4)), draw(rng, (3, 4))
    value = (real.mean(0) - fake.mean(0)).square().sum()  # Salimans et al. 2016, section 3.1
    return {"real": numbers(real), "fake": numbers(fake), "features": 4, **outcome(value, {"fake": fake})}


def lecam(rng):
    real, fake = draw(rng, (4, 1)), draw(rng, (6, 1))
    anchor_real, anchor_fake, weight = 0.35, -0.6, 0.3
    # Tseng et al. 2021, eq. 3
    value = weight * ((real - anchor_fake).square().mean() + (fake - anchor_real).square().mean())
    return {
        "real": numbers(real),
        "fake": numbers(fake),
        "anchor_real": anchor_real,
        "anchor_fake": anchor_fake,
        "lambda": weight,
        **outcome(value, {"real": real, "fake": fake}),
    }


def spectral(rng):
    """A weight as PyTorch's own spectral norm uses it, after one more power iteration from a given vector."""
    layer = torch.nn.Conv2d(2, 3, 3, bias=False)
    layer.weight.data = draw(rng, (3, 2, 3, 3)).detach()
    start, factors = draw(rng, (3,)).detach(), draw(rng, (3, 2, 3, 3)).detach()
    torch.nn.utils.spectral_norm(layer)
    layer.weight_u.copy_(start / start.norm())
    layer(torch.zeros(1, 2, 3, 3))  # in training mode, a forward pass begins with a power iteration
    value = (layer.weight * factors).sum()
    return {
        "weight": numbers(layer.weight_orig),
        "left_before": numbers(start / start.norm()),
        "factors": numbers(factors),
        "left": numbers(layer.weight_u),
        "right": numbers(layer.weight_v),
        "normalised": numbers(layer.weight),
        **outcome(value, {"weight": layer.weight_orig}),
    }


def class_loss(rng):
    logits, labels = draw(rng, (5, 3), 2.0), torch.tensor([2, 0, 1, 2, 2])
    value = torch.nn.functional.cross_entropy(logits, labels)
    return {"logits": numbers(logits), "labels": labels.tolist(), **outcome(value, {"logits": logits})}


def consistency(rng):
    one, other = draw(rng, (4, 2)), draw(rng, (4, 2))
    value = (one - other).square().sum(1).mean()  # Zhang et al. 2020, eq. 4
    return {"one": numbers(one), "other": numbers(other), **outcome(value, {"one": one, "other": other})}


def pulling_away(rng):
    codes, pairs = draw(rng, (5, 3)), 5 * 4
    cosines = torch.nn.functional.cosine_similarity(codes[:, None], codes[None], dim=2)
    value = (cosines.square().sum() - cosines.diagonal().square().sum()) / pairs  # Zhao et al. 2017, eq. 4
    return {"codes": numbers(codes), "features": 3, **outcome(value, {"codes": codes})}


FORMULAS = [orthogonal, feature_matching, lecam, spectral, class_loss, consistency, pulling_away]

if __name__ == "__main__":
    generator = torch.Generator().manual_seed(1)
    cases = {formula.__name__: formula(generator) for formula in FORMULAS}
    print("{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items()) + "\n}")
