#!/usr/bin/env python3
"""Two steps of a semi-supervised GAN in PyTorch (float64), for crates/ganforge-train/src/session/semi_supervised_tests.rs.

usage: semi_supervised.py > semi_supervised.json

Salimans et al. 2016, section 5, with the losses of its published code (openai/improved-gan,
train_mnist_feature_matching.py) on two small players without noise, which is random. Weights are stored as Burn lays
them out, [inputs, outputs]. Also stored: the norms and biases of the data-dependent initialisation. Needs torch.
"""
import json

import torch
import torch.nn.functional as F

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
BATCH, LATENT, PIXELS, HIDDEN, CLASSES = 6, 3, 4, (5, 3), 3
RATE, BETAS, EPSILON, STEPS, WEIGHT = 0.02, (0.5, 0.999), 1e-4, 2, 0.7


def draw(*shape):
    # Values that single precision holds, so that both sides start from the same numbers.
    return torch.randn(*shape).float().double()


def weight_norm(direction, scale):
    return direction * (scale / torch.sqrt(1e-6 + (direction**2).sum(0)))


def features_and_logits(d, images):
    rows = (images + 1) / 2
    for layer in d["hidden"]:
        rows = F.relu(rows @ weight_norm(layer["direction"], layer["scale"]) + layer["bias"])
    last = d["output"]
    return rows, rows @ weight_norm(last["direction"], last["scale"]) + last["bias"]


def initialise(d, images):
    rows = (images + 1) / 2
    for layer in [*d["hidden"], d["output"]]:
        output = rows @ weight_norm(layer["direction"], layer["scale"])
        mean, deviation = output.mean(0), output.std(0, unbiased=False)
        layer["scale"] = layer["scale"] / deviation
        layer["bias"] = -mean / deviation
        rows = F.relu(rows @ weight_norm(layer["direction"], layer["scale"]) + layer["bias"])


def generate(g, noise):
    # Batch norm by the statistics of the batch, with a shift and without a scale.
    rows = noise @ g["hidden"]["weight"]
    rows = (rows - rows.mean(0)) / torch.sqrt(rows.var(0, unbiased=False) + 1e-6) + g["norm"]["beta"]
    rows = F.softplus(rows)
    output = rows @ weight_norm(g["output"]["weight"], g["output_scale"]) + g["output"]["bias"]
    return 2 * torch.sigmoid(output) - 1


def discriminator_loss(d, labelled, classes, unlabelled, fakes):
    lab, unl, fake = (features_and_logits(d, images)[1] for images in (labelled, unlabelled, fakes))
    supervised = F.cross_entropy(lab, classes)
    real, made = unl.logsumexp(1), fake.logsumexp(1)
    unsupervised = 0.5 * (-real.mean() + F.softplus(real).mean() + F.softplus(made).mean())
    return supervised + WEIGHT * unsupervised


def generator_loss(d, fakes, real):
    difference = features_and_logits(d, fakes)[0].mean(0) - features_and_logits(d, real)[0].mean(0).detach()
    return (difference**2).mean()


def flat(value):
    return value.detach().flatten().tolist()


def weights(d, g):
    """By the names of the program."""
    named = {f"discriminator.hidden.{i}": layer for i, layer in enumerate(d["hidden"])}
    named |= {"discriminator.output": d["output"], "generator.hidden.0": g["hidden"], "generator.norms.0": g["norm"], "generator.output": g["output"]}
    stored = {f"{name}.{part}": flat(value) for name, layer in named.items() for part, value in layer.items()}
    return stored | {"generator.output_scale": flat(g["output_scale"])}


def trained(d, g):
    hidden = [part for layer in d["hidden"] for part in (layer["direction"], layer["bias"])]
    last = d["output"]
    return [*hidden, last["direction"], last["scale"], last["bias"]], [
        g["hidden"]["weight"], g["norm"]["beta"], g["output"]["weight"], g["output"]["bias"], g["output_scale"],
    ]


def main():
    widths = [PIXELS, *HIDDEN, CLASSES]
    layers = [dict(direction=draw(i, o), scale=torch.ones(o), bias=torch.zeros(o)) for i, o in zip(widths, widths[1:])]
    d = dict(hidden=layers[:-1], output=layers[-1])
    g = dict(hidden=dict(weight=draw(LATENT, 4)), norm=dict(beta=torch.zeros(4)),
             output=dict(weight=draw(4, PIXELS), bias=torch.zeros(PIXELS)), output_scale=torch.ones(PIXELS))
    stored = dict(batch=BATCH, latent=LATENT, pixels=PIXELS, hidden=HIDDEN, classes=CLASSES, unlabelled_weight=WEIGHT,
                  rate=RATE, betas=BETAS, epsilon=EPSILON)
    images = torch.tanh(draw(20, PIXELS)).float().double()
    stored["initial_images"] = flat(images)
    stored["before"] = weights(d, g)
    initialise(d, images)
    stored["initialised"] = weights(d, g)
    # As the program holds them, in single precision.
    for layer in [*d["hidden"], d["output"]]:
        layer["scale"], layer["bias"] = layer["scale"].float().double(), layer["bias"].float().double()
    players = trained(d, g)
    for part in players[0] + players[1]:
        part.requires_grad_()
    optimizers = [torch.optim.Adam(part, lr=RATE, betas=BETAS, eps=EPSILON) for part in players]
    stored["rounds"] = []
    for _ in range(STEPS):
        labelled, unlabelled, matched = (torch.tanh(draw(BATCH, PIXELS)).float().double() for _ in range(3))
        classes, noise = torch.randint(CLASSES, (BATCH,)), draw(BATCH, LATENT)
        fakes = generate(g, noise)
        loss_d = discriminator_loss(d, labelled, classes, unlabelled, fakes.detach())
        optimizers[0].zero_grad()
        loss_d.backward()
        optimizers[0].step()
        loss_g = generator_loss(d, fakes, matched)
        optimizers[1].zero_grad()
        loss_g.backward()
        optimizers[1].step()
        stored["rounds"].append(dict(labelled=flat(labelled), classes=classes.tolist(), unlabelled=flat(unlabelled), matched=flat(matched),
                                     noise=flat(noise), discriminator_loss=loss_d.item(), generator_loss=loss_g.item()))
    stored["after"] = weights(d, g)
    print(json.dumps(stored))


main()
