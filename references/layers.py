#!/usr/bin/env python3
"""Values and gradients of normalisations and minibatch features by PyTorch's autograd in float64, for ganforge-model's tests.

usage: layers.py > layers.json

Each formula is written as its paper writes it, with no regard for cancellation. Gradients are those of the sum of the
outputs, each times its number in `pull`. Needs torch. Deterministic: inputs and weights are written out.
"""
import json

import torch

EPSILON = 1e-5  # Burn's, in every norm
MOMENTUM = 0.1  # Burn's

torch.manual_seed(0)


def draw(*shape, spread=1.0, centre=0.0):
    values = torch.randn(shape, dtype=torch.float64) * spread + centre
    return torch.round(values, decimals=3)


# Salimans et al. 2016, section 3.2; the sum over j includes i.
def minibatch_discrimination(x, weights, case):
    kernels, dimensions = case["kernels"], case["dimensions"]
    tensor = weights["projection.weight"].reshape(-1, kernels, dimensions)
    m = torch.einsum("ia,abc->ibc", x, tensor)
    rows = []
    for i in range(len(x)):
        rows.append(sum(torch.exp(-(m[i] - m[j]).abs().sum(1)) for j in range(len(x))))
    return torch.stack(rows)


# Karras et al. 2018, section 3, with the epsilon of the authors' code.
def minibatch_deviation(x, weights, case):
    variance = ((x - x.mean(0)) ** 2).mean(0)
    return torch.sqrt(variance + 1e-8).mean().reshape(1, 1).expand(len(x), 1)


def per_channel(x, values):
    """`[channels]` or `[batch, channels]`, against `[batch, channels, …]`."""
    values = values if values.dim() == 2 else values[None]
    return values.reshape(*values.shape, *[1] * (x.dim() - 2))


# Dumoulin et al. 2017: z = γ_s (x - μ) / σ + β_s.
def conditional_batch_norm(x, weights, case):
    axes = [0, *range(2, x.dim())]
    mean, variance = weights["running_mean"], weights["running_var"]
    if case["training"]:
        batch_mean = x.mean(axes)
        batch_variance = ((x - per_channel(x, batch_mean)) ** 2).mean(axes)
        # Burn averages the biased variance; PyTorch's own layer the unbiased one.
        case["after"] = {
            "running_mean": ((1 - MOMENTUM) * mean + MOMENTUM * batch_mean).tolist(),
            "running_var": ((1 - MOMENTUM) * variance + MOMENTUM * batch_variance).tolist(),
        }
        mean, variance = batch_mean, batch_variance
    gamma = per_channel(x, weights["gamma"][case["class"]])
    beta = per_channel(x, weights["beta"][case["class"]])
    return gamma * (x - per_channel(x, mean)) / torch.sqrt(per_channel(x, variance) + EPSILON) + beta


# Salimans et al. 2016, section 3.5, with the weights of the authors' code: an example among n of the reference batch.
def virtual_batch_norm(x, weights, case):
    n = case["reference"]
    positions = list(range(2, x.dim()))

    def mean_of(values, axes):
        return values.mean(axes, keepdim=True) if axes else values

    reference, batch = x[:n], x[n:]
    fixed_mean = mean_of(reference, [0, *positions])
    fixed_square = mean_of(reference**2, [0, *positions])
    mean = (mean_of(batch, positions) + n * fixed_mean) / (n + 1)
    square = (mean_of(batch**2, positions) + n * fixed_square) / (n + 1)
    normalised = torch.cat(
        [
            (reference - fixed_mean) / torch.sqrt(EPSILON + fixed_square - fixed_mean**2),
            (batch - mean) / torch.sqrt(EPSILON + square - mean**2),
        ]
    )
    return per_channel(x, weights["gamma"]) * normalised + per_channel(x, weights["beta"])


LAYERS = {
    "minibatch-discrimination": minibatch_discrimination,
    "minibatch-deviation": minibatch_deviation,
    "conditional-batch": conditional_batch_norm,
    "virtual-batch": virtual_batch_norm,
}


def questions():
    """The layer, its options, its input and its weights."""
    for batch, features, kernels, dimensions in [(5, 4, 3, 2), (2, 3, 1, 4), (6, 2, 4, 1)]:
        told = {"kernels": kernels, "dimensions": dimensions}
        weights = {"projection.weight": draw(features, kernels * dimensions, spread=0.4)}
        yield "minibatch-discrimination", told, draw(batch, features), weights
    for batch, features in [(5, 4), (2, 1)]:
        yield "minibatch-deviation", {}, draw(batch, features, spread=2, centre=-1), {}
    for shape, classes in [((6, 3), 4), ((4, 2, 3, 2), 3)]:
        for training in [True, False]:
            channels = shape[1]
            told = {"training": training, "class": [i * 5 % classes for i in range(shape[0])]}
            weights = {
                "gamma": draw(classes, channels, spread=0.5, centre=1),
                "beta": draw(classes, channels),
                "running_mean": draw(channels),
                "running_var": draw(channels).abs() + 0.5,
            }
            yield "conditional-batch", told, draw(*shape, spread=1.5, centre=0.7), weights
    for shape, reference in [((7, 3), 4), ((5, 2, 2, 3), 2), ((4, 2, 3, 2), 1)]:
        channels = shape[1]
        weights = {
            "gamma": draw(channels, spread=0.5, centre=1),
            "beta": draw(channels),
        }
        x = draw(*shape, spread=1.5, centre=0.7)
        yield "virtual-batch", {"reference": reference}, x, weights


def stored(values):
    return {"shape": list(values.shape), "values": values.flatten().tolist()}


def answers():
    for layer, told, x, weights in questions():
        case = {
            "layer": layer,
            **told,
            "input": stored(x),
            "weights": {name: stored(values) for name, values in weights.items()},
        }
        leaves = {name: values.clone().requires_grad_() for name, values in weights.items()}
        x = x.clone().requires_grad_()
        y = LAYERS[layer](x, leaves, case)
        pull = draw(*y.shape)
        (y * pull).sum().backward()
        trained = {name: leaf for name, leaf in leaves.items() if not name.startswith("running")}
        case["pull"] = stored(pull)
        case["output"] = stored(y.detach())
        case["by_input"] = stored(x.grad)
        case["by_weights"] = {name: stored(leaf.grad) for name, leaf in trained.items()}
        yield case


if __name__ == "__main__":
    print("[\n" + ",\n".join(json.dumps(case) for case in answers()) + "\n]")
