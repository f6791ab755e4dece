#!/usr/bin/env python3
"""Two steps of LAPGAN on a pyramid of two levels in PyTorch (float64), for crates/ganforge-train/src/system/lapgan/tests.rs.

usage: lapgan.py > lapgan.json

Class-conditional players with fixed weights, data and latents; weights before and after, as Burn lays them out: a linear layer's is
[inputs, outputs]. Each level is trained by optimizers of its own, on its own losses. Needs torch.
"""
import json

import torch
import torch.nn as nn
import torch.nn.functional as F

BATCH, CLASSES, LATENT, HIDDEN, WIDTH, COARSE, FINE, STEPS = 3, 2, 3, 4, 2, 5, 10, 2
ADAM = dict(lr=0.02, betas=(0.5, 0.9), eps=1e-8)

down = lambda images: F.avg_pool2d(images, 2)
up = lambda images: F.interpolate(images, scale_factor=2, mode="bilinear", align_corners=False)


class ClassPlane(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(CLASSES, FINE * FINE)

    def forward(self, c):
        return F.relu(self.layer(c)).reshape(-1, 1, FINE, FINE)


class CoarseGenerator(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.output = nn.ModuleList([nn.Linear(LATENT + CLASSES, HIDDEN)]), nn.Linear(HIDDEN, COARSE * COARSE)

    def forward(self, z, c):
        return self.output(F.relu(self.hidden[0](torch.cat([z, c], 1)))).reshape(-1, 1, COARSE, COARSE)


class FineGenerator(nn.Module):
    """The residual, from a plane of noise, the plane of the class and the upsampled image."""

    def __init__(self):
        super().__init__()
        self.class_plane = ClassPlane()
        self.first, self.second, self.last = (nn.Conv2d(i, o, k, padding=k // 2) for i, o, k in ((3, WIDTH, 7), (WIDTH, WIDTH, 7), (WIDTH, 1, 5)))

    def forward(self, z, l, c):
        planes = torch.cat([z.reshape(-1, 1, FINE, FINE), self.class_plane(c), l], 1)
        return self.last(F.relu(self.second(F.relu(self.first(planes)))))


class Head(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.score = nn.Linear(features, 1)


class CoarseDiscriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.plain, self.head = nn.ModuleList([nn.Linear(COARSE * COARSE + CLASSES, HIDDEN)]), Head(HIDDEN)

    def forward(self, x, c):
        return self.head.score(F.relu(self.plain[0](torch.cat([x.flatten(1), c], 1))))


class FineDiscriminator(nn.Module):
    """Residual and condition are added first."""

    def __init__(self):
        super().__init__()
        self.class_plane = ClassPlane()
        self.first, self.second, self.head = nn.Conv2d(2, WIDTH, 5), nn.Conv2d(WIDTH, WIDTH, 5, stride=2), Head(WIDTH)

    def forward(self, h, l, c):
        planes = torch.cat([h + l, self.class_plane(c)], 1)
        return self.head.score(F.relu(self.second(F.relu(self.first(planes)))).flatten(1))


def rounded(tensor):
    return [float(f"{number:.7g}") for number in tensor.detach().flatten().tolist()]


def weights(players):
    flat = lambda tensor: rounded(tensor.mT if tensor.ndim == 2 else tensor)
    return {f"{prefix}{name}": flat(value) for prefix, player in players.items() for name, value in player.named_parameters()}


def discriminator_loss(real, fake):
    return F.softplus(-real).mean() + F.softplus(fake).mean()


torch.manual_seed(0)
# Short decimals in single precision, so that both sides start from the same.
single = lambda tensor: (tensor.double() * 1e4).round().div(1e4).float().double()
coarse, fine, d_coarse, d_fine = (player.double() for player in (CoarseGenerator(), FineGenerator(), CoarseDiscriminator(), FineDiscriminator()))
players = {"generator.coarsest.": coarse, "generator.finer.0.": fine, "discriminator.0.": d_coarse, "discriminator.1.": d_fine}
with torch.no_grad():
    for player in players.values():
        for parameter in player.parameters():
            parameter.copy_(single(parameter))
before = weights(players)
optimizers = {name: torch.optim.Adam(player.parameters(), **ADAM) for name, player in players.items()}
rounds = []
for _ in range(STEPS):
    real = single(torch.rand(BATCH, 1, FINE, FINE) * 2 - 1)
    z_coarse, z_fine = single(torch.rand(BATCH, LATENT) * 2 - 1), single(torch.rand(BATCH, FINE * FINE) * 2 - 1)
    classes = torch.randint(CLASSES, (BATCH,))
    rounds.append(dict(real=rounded(real), noise=[rounded(z_coarse), rounded(z_fine)], classes=classes.tolist()))
    c = F.one_hot(classes, CLASSES).double()
    small = down(real)
    l = up(small)
    h = real - l

    def play(d, real_score, fakes, score, g):
        optimizers[d].zero_grad()
        discriminator_loss(real_score(), score(fakes().detach())).backward()
        optimizers[d].step()
        optimizers[g].zero_grad()
        F.softplus(-score(fakes())).mean().backward()
        optimizers[g].step()

    play("discriminator.0.", lambda: d_coarse(small, c), lambda: coarse(z_coarse, c), lambda x: d_coarse(x, c), "generator.coarsest.")
    play("discriminator.1.", lambda: d_fine(h, l, c), lambda: fine(z_fine, l, c), lambda x: d_fine(x, l, c), "generator.finer.0.")

# A sample of the trained cascade: nothing of it is a real image.
with torch.no_grad():
    z_coarse, z_fine, c = single(torch.rand(2, LATENT) * 2 - 1), single(torch.rand(2, FINE * FINE) * 2 - 1), torch.eye(CLASSES).double()
    l = up(coarse(z_coarse, c))
    sample = dict(noise=rounded(torch.cat([z_coarse, z_fine], 1)), images=rounded(l + fine(z_fine, l, c)))
print(json.dumps(dict(rounds=rounds, before=before, after=weights(players), sample=sample)))
