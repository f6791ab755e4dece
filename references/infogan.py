#!/usr/bin/env python3
"""Two steps of InfoGAN in PyTorch (float64), for crates/ganforge-train/src/session/infogan_tests.rs.

usage: infogan.py > infogan.json

Chen et al. 2016, equations 5 and 6, on two small fully connected players; Q shares the hidden layer of the discriminator.
Weights are stored as Burn lays them out, [inputs, outputs]. Needs torch.
"""
import json

import torch
import torch.nn.functional as F

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
BATCH, LATENT, PIXELS, HIDDEN, CATEGORIES, CONTINUOUS = 6, 4, 4, 5, 3, 2
WEIGHTS, RATE, BETAS, EPSILON, STEPS = (0.8, 0.3), 0.02, (0.5, 0.999), 1e-8, 2


def draw(*shape):
    # Values that single precision holds, so that both sides start from the same numbers.
    return torch.randn(*shape).float().double()


def layer(inputs, outputs):
    return dict(weight=draw(inputs, outputs), bias=draw(outputs))


def apply(layer, rows):
    return rows @ layer["weight"] + layer["bias"]


def generate(g, noise, category):
    rows = torch.cat([noise, F.one_hot(category, CATEGORIES).double()], 1)
    return torch.tanh(apply(g["hidden.0"], rows).relu() @ g["output"]["weight"] + g["output"]["bias"])


def recognise(d, images):
    hidden = F.leaky_relu(apply(d["network.plain.0"], images), 0.2)
    return tuple(apply(d[name], hidden) for name in ("network.head.score", "network.head.classifier", "continuous"))


def code_loss(logits, means, category, noise):
    categorical = F.cross_entropy(logits, category)
    continuous = 0.5 * ((means - noise[:, :CONTINUOUS]) ** 2).sum(1).mean()
    return WEIGHTS[0] * categorical + WEIGHTS[1] * continuous


def flat(players):
    return {f"{player}.{name}.{part}": value.detach().flatten().tolist()
            for player, layers in players.items() for name, parts in layers.items() for part, value in parts.items()}


def main():
    g = {"hidden.0": layer(LATENT + CATEGORIES, HIDDEN), "output": layer(HIDDEN, PIXELS)}
    d = {"network.plain.0": layer(PIXELS, HIDDEN), "network.head.score": layer(HIDDEN, 1),
         "network.head.classifier": layer(HIDDEN, CATEGORIES), "continuous": layer(HIDDEN, CONTINUOUS)}
    players = dict(generator=g, discriminator=d)
    stored = dict(rate=RATE, categorical_weight=WEIGHTS[0], continuous_weight=WEIGHTS[1], before=flat(players), rounds=[])
    parts = {name: [value.requires_grad_() for layer in player.values() for value in layer.values()] for name, player in players.items()}
    optimizers = {name: torch.optim.Adam(values, lr=RATE, betas=BETAS, eps=EPSILON) for name, values in parts.items()}
    for _ in range(STEPS):
        real = torch.tanh(draw(BATCH, PIXELS)).float().double()
        category, noise = torch.randint(CATEGORIES, (BATCH,)), torch.tanh(draw(BATCH, LATENT)).float().double()
        fakes = generate(g, noise, category)
        score, logits, means = recognise(d, fakes.detach())
        loss_d = F.softplus(-recognise(d, real)[0]).mean() + F.softplus(score).mean() + code_loss(logits, means, category, noise)
        optimizers["discriminator"].zero_grad()
        loss_d.backward()
        optimizers["discriminator"].step()
        score, logits, means = recognise(d, fakes)
        loss_g = F.softplus(-score).mean() + code_loss(logits, means, category, noise)
        optimizers["generator"].zero_grad()
        loss_g.backward()
        optimizers["generator"].step()
        stored["rounds"].append(dict(real=real.flatten().tolist(), category=category.tolist(), noise=noise.flatten().tolist()))
    stored["after"] = flat(players)
    print(json.dumps(stored))


main()
