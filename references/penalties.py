#!/usr/bin/env python3
"""Gradient penalties, and their gradients with respect to every weight, by PyTorch's double backward in float64.

usage: penalties.py > penalties.json

`discriminator` and `penalty` are the tables of a recipe's `[discriminator]` and `game.penalties`; weights have the names
and layouts of ganforge-model (linear layers `[inputs, outputs]`). Needs torch. Deterministic: every draw is seeded, and every
number drawn is rounded and written out, so the numbers stored are exactly those that were used.
"""
import json

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)
BATCH = 4

ACTIVATIONS = {
    "relu": functional.relu,
    "leaky-relu": lambda x: functional.leaky_relu(x, 0.2),
    "softplus": functional.softplus,
    "tanh": torch.tanh,
}


def draw(rng, shape, spread=1.0, digits=3):
    return (torch.randn(shape, generator=rng) * spread).mul(10**digits).round().div(10**digits)


def share(rng, shape, digits=2):
    return torch.rand(shape, generator=rng).mul(10**digits).round().div(10**digits)


# Networks: their weights and scores.
def mlp_weights(rng, config, image, classes, scale):
    weights, inputs = {}, image[0] * image[1] * image[2] + classes
    pieces = config.get("maxout_pieces", 1)
    for index, units in enumerate(config["hidden"]):
        name = f"plain.{index}" if pieces == 1 else f"maxout.{index}.pieces"
        weights[f"{name}.weight"] = draw(rng, (inputs, units * pieces), scale / inputs**0.5)
        weights[f"{name}.bias"] = draw(rng, (units * pieces,), 0.3)
        inputs = units
    weights["head.score.weight"] = draw(rng, (inputs, 1), scale / inputs**0.5)
    weights["head.score.bias"] = draw(rng, (1,), 0.3)
    return weights


def mlp(config, weights, images, codes):
    rows = torch.cat([images.flatten(1), codes], 1)
    pieces = config.get("maxout_pieces", 1)
    for index, units in enumerate(config["hidden"]):
        name = f"plain.{index}" if pieces == 1 else f"maxout.{index}.pieces"
        rows = rows @ weights[f"{name}.weight"] + weights[f"{name}.bias"]
        if pieces == 1:
            rows = ACTIVATIONS[config["activation"]](rows)
        else:
            rows = rows.reshape(len(rows), units, pieces).max(2).values
    return rows @ weights["head.score.weight"] + weights["head.score.bias"]


def dcgan_weights(rng, config, image, classes, scale):
    weights, inputs, side, index = {}, image[0] + classes, min(image[1:]), 0
    while side > 4:
        outputs = config["width"] << index
        weights[f"stages.{index}.weight"] = draw(rng, (outputs, inputs, 4, 4), scale / (4 * inputs**0.5))
        inputs, side, index = outputs, side // 2, index + 1
    grid = inputs * (image[1] >> index) * (image[2] >> index)
    weights["head.score.weight"] = draw(rng, (grid, 1), scale / grid**0.5)
    weights["head.score.bias"] = draw(rng, (1,), 0.3)
    return weights


def dcgan(_config, weights, images, codes):
    planes = codes[:, :, None, None].expand(-1, -1, *images.shape[2:])
    images, index = torch.cat([images, planes], 1), 0
    while f"stages.{index}.weight" in weights:
        images = functional.conv2d(images, weights[f"stages.{index}.weight"], stride=2, padding=1)
        images, index = functional.leaky_relu(images, 0.2), index + 1
    return images.flatten(1) @ weights["head.score.weight"] + weights["head.score.bias"]


def r3gan_channels(config, image):
    """Channels from the full size to the 4×4 grid, a factor of two per halving up to the cap."""
    halvings = min(image[1:]).bit_length() - 3
    return [min(config["width"] << index, config["max_width"]) for index in range(halvings + 1)]


def r3gan_block_weights(rng, config, name, channels, scale):
    inner, group = 2 * channels, config["group_width"]
    return {
        f"{name}.expand.weight": draw(rng, (inner, channels, 1, 1), scale / channels**0.5),
        f"{name}.expand.bias": draw(rng, (inner,), 0.3),
        f"{name}.mix.weight": draw(rng, (inner, group, 3, 3), scale / (3 * group**0.5)),
        f"{name}.mix.bias": draw(rng, (inner,), 0.3),
        f"{name}.reduce.weight": draw(rng, (channels, inner, 1, 1), scale / inner**0.5),
    }


def r3gan_weights(rng, config, image, classes, scale):
    channels = r3gan_channels(config, image)
    weights = {"from_image.weight": draw(rng, (channels[0], image[0], 1, 1), scale / image[0] ** 0.5)}
    for stage, (width, following) in enumerate(zip(channels, [*channels[1:], channels[-1]])):
        for block in range(config["blocks"]):
            weights |= r3gan_block_weights(rng, config, f"stages.{stage}.blocks.{block}", width, scale)
        if width != following:
            name = f"stages.{stage}.transition.weight"
            weights[name] = draw(rng, (following, width, 1, 1), scale / width**0.5)
    grid = [side >> len(channels) - 1 for side in image[1:]]
    weights["basis.weight"] = draw(rng, (channels[-1], *grid), scale / (grid[0] * grid[1]) ** 0.5)
    weights["head.score.weight"] = draw(rng, (channels[-1], 1), scale / channels[-1] ** 0.5)
    weights["head.score.bias"] = draw(rng, (1,), 0.3)
    if classes:
        weights["head.projection.weight"] = draw(rng, (classes, channels[-1]), scale / channels[-1] ** 0.5)
    return weights


def r3gan_blocks(config, weights, stage, images):
    for block in range(config["blocks"]):
        name = f"stages.{stage}.blocks.{block}"
        inner = functional.conv2d(images, weights[f"{name}.expand.weight"], weights[f"{name}.expand.bias"])
        inner, groups = functional.leaky_relu(inner, 0.2), inner.shape[1] // config["group_width"]
        inner = functional.conv2d(
            inner, weights[f"{name}.mix.weight"], weights[f"{name}.mix.bias"], padding=1, groups=groups
        )
        images = images + functional.conv2d(functional.leaky_relu(inner, 0.2), weights[f"{name}.reduce.weight"])
    return images


def low_pass(channels):
    """The authors' filter [1, 2, 1], convolved with [1, 1], in both directions and for each channel alone."""
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
    return (torch.outer(taps, taps) / 64).expand(channels, 1, 4, 4)


def r3gan(config, weights, images, codes):
    images = functional.conv2d(images, weights["from_image.weight"])
    stage = 0
    while True:
        images = r3gan_blocks(config, weights, stage, images)
        if min(images.shape[2:]) == 4:
            break
        channels = images.shape[1]
        images = functional.conv2d(images, low_pass(channels), stride=2, padding=1, groups=channels)
        if f"stages.{stage}.transition.weight" in weights:
            images = functional.conv2d(images, weights[f"stages.{stage}.transition.weight"])
        stage += 1
    basis = weights["basis.weight"].unsqueeze(1)
    features = functional.conv2d(images, basis, groups=len(basis)).flatten(1)
    scores = features @ weights["head.score.weight"] + weights["head.score.bias"]
    if codes.shape[1]:
        scores = scores + (features * (codes @ weights["head.projection.weight"])).sum(1, keepdim=True)
    return scores


def resnet_weights(rng, config, image, classes, scale):
    """Miyato et al. 2018, appendix B, for 8 or 16 pixels: one block that halves the size, two that keep it."""
    weights, width = {}, config["width"]
    for index, inputs in enumerate([image[0], width, width]):
        layers = {"first": (inputs, 3), "second": (width, 3)} | ({"shortcut": (inputs, 1)} if index == 0 else {})
        for name, (seen, kernel) in layers.items():
            spread = scale / (kernel * seen**0.5)
            weights[f"blocks.{index}.{name}.weight"] = draw(rng, (width, seen, kernel, kernel), spread)
            weights[f"blocks.{index}.{name}.bias"] = draw(rng, (width,), 0.3)
    weights["head.score.weight"] = draw(rng, (width, 1), 0.1)
    weights["head.score.bias"] = draw(rng, (1,), 0.3)
    if classes:
        weights["head.projection.weight"] = draw(rng, (classes, width), 0.1)
    return weights


def resnet(_config, weights, images, codes):
    def convolve(images, name):
        kernel = weights[f"{name}.weight"]
        return functional.conv2d(images, kernel, weights[f"{name}.bias"], padding=kernel.shape[-1] // 2)

    hidden = convolve(functional.relu(convolve(images, "blocks.0.first")), "blocks.0.second")
    shortcut = convolve(images, "blocks.0.shortcut")
    images = functional.avg_pool2d(hidden, 2) + functional.avg_pool2d(shortcut, 2)
    for block in ["blocks.1", "blocks.2"]:
        hidden = convolve(functional.relu(images), f"{block}.first")
        images = images + convolve(functional.relu(hidden), f"{block}.second")
    rows = functional.relu(images).sum((2, 3))
    scores = rows @ weights["head.score.weight"] + weights["head.score.bias"]
    if "head.projection.weight" in weights:  # Miyato & Koyama 2018, eq. 3
        scores = scores + (rows * (codes @ weights["head.projection.weight"])).sum(1, keepdim=True)
    return scores


# Penalties: at which points, and what function of the gradients there.
def slopes_squared(gradients):
    return gradients.flatten(1).square().sum(1)


def zero_centred(gamma):  # Mescheder et al. 2018, eqs. 9 and 10
    return lambda gradients: gamma / 2 * slopes_squared(gradients).mean()


def two_sided(weight):  # Gulrajani et al. 2017, eq. 3
    return lambda gradients: weight * (slopes_squared(gradients).sqrt() - 1).square().mean()


def one_sided(weight):
    return lambda gradients: weight * (slopes_squared(gradients).sqrt() - 1).clamp(min=0).square().mean()


def penalties(images):
    """Recipe entry, points and formula of each."""
    real, fake = images["real"], images["fake"]
    epsilon, alpha = (images[name][:, None, None, None] for name in ["epsilon", "alpha"])
    between = epsilon * real + (1 - epsilon) * fake
    # The authors' get_perturbed_batch, and the interpolates of their loss: numpy's std divides by n.
    perturbed = real + 0.5 * real.std(unbiased=False) * images["noise"]
    around = real + alpha * (perturbed - real)
    return [
        ({"kind": "r1", "gamma": 1.5}, real, zero_centred(1.5)),
        ({"kind": "r2", "gamma": 0.3}, fake, zero_centred(0.3)),
        ({"kind": "wgan-gp", "lambda": 10.0}, between, two_sided(10.0)),
        ({"kind": "wgan-gp", "lambda": 4.0, "one_sided": True}, between, one_sided(4.0)),
        ({"kind": "dragan", "lambda": 7.0}, around, two_sided(7.0)),
    ]


def numbers(tensor):
    return [float(f"{number:.9g}") for number in tensor.flatten().tolist()]


NETWORKS = {
    "mlp": (mlp_weights, mlp),
    "dcgan": (dcgan_weights, dcgan),
    "resnet": (resnet_weights, resnet),
    "r3gan": (r3gan_weights, r3gan),
}


def case(seed, config, image, classes, scale, kinds=None):
    rng = torch.Generator().manual_seed(seed)
    build, score = NETWORKS[config["kind"]]
    weights = build(rng, config, image, classes, scale)
    images = {name: draw(rng, (BATCH, *image), 0.7, 2) for name in ["real", "fake"]}
    images |= {name: share(rng, (BATCH,)) for name in ["epsilon", "alpha"]}
    images["noise"] = share(rng, (BATCH, *image))
    labels = torch.randint(max(classes, 1), (BATCH,), generator=rng)
    codes = functional.one_hot(labels, classes).to(torch.float64) if classes else torch.zeros(BATCH, 0)
    for tensor in weights.values():
        tensor.requires_grad_()
    outcomes = []
    for entry, points, formula in penalties(images):
        if kinds and entry["kind"] not in kinds:
            continue
        points = points.clone().requires_grad_()
        total = score(config, weights, points, codes).sum()
        (by_images,) = torch.autograd.grad(total, points, create_graph=True)
        slopes = slopes_squared(by_images).sqrt()
        if entry["kind"] == "wgan-gp":
            assert slopes.min() < 1 < slopes.max(), (config, "one-sided and two-sided are to differ", slopes)
        value = formula(by_images)
        # The input gradient does not depend on the output's bias.
        gradients = torch.autograd.grad(value, list(weights.values()), allow_unused=True)
        outcomes.append(
            {
                "penalty": entry,
                "value": float(f"{value.item():.12g}"),
                "slopes": numbers(slopes),
                "gradients": {
                    name: numbers(torch.zeros_like(weight) if gradient is None else gradient)
                    for (name, weight), gradient in zip(weights.items(), gradients)
                },
            }
        )
    return {
        "discriminator": config,
        "image": dict(zip(["channels", "height", "width"], image)),
        "classes": classes,
        "labels": labels.tolist() if classes else None,
        "weights": {name: {"shape": list(w.shape), "values": numbers(w)} for name, w in weights.items()},
        "images": {name: numbers(tensor) for name, tensor in images.items()},
        "outcomes": outcomes,
    }


R3GAN = {"kind": "r3gan", "width": 2, "max_width": 4, "blocks": 1, "group_width": 2}
CASES = [
    (1, {"kind": "mlp", "hidden": [7, 5], "activation": "leaky-relu"}, (2, 3, 2), 0, 1.6),
    (2, {"kind": "mlp", "hidden": [7, 5], "activation": "relu"}, (2, 2, 2), 3, 2.0),
    (3, {"kind": "mlp", "hidden": [5, 4], "maxout_pieces": 3}, (1, 3, 3), 0, 1.06),
    (4, {"kind": "mlp", "hidden": [6, 5], "activation": "softplus"}, (2, 2, 2), 0, 1.2),
    (5, {"kind": "mlp", "hidden": [6, 5], "activation": "tanh"}, (2, 2, 2), 2, 1.5),
    (6, {"kind": "dcgan", "width": 2, "batch_norm": False}, (1, 16, 8), 0, 1.45),
    (7, {"kind": "dcgan", "width": 2, "batch_norm": False}, (1, 16, 16), 2, 1.23),
    (8, R3GAN, (1, 8, 8), 2, 0.8, ["r1", "r2"]),  # the two it is trained with
    (8, {"kind": "resnet", "width": 2}, (1, 8, 8), 0, 2.0, ["r1", "r2", "dragan"]),
    (11, {"kind": "resnet", "width": 2}, (1, 8, 8), 2, 2.0, ["r1", "wgan-gp"]),
]

if __name__ == "__main__":
    print("[\n" + ",\n".join(json.dumps(case(*arguments)) for arguments in CASES) + "\n]")
