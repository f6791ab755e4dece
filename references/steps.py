#!/usr/bin/env python3
"""Whole training steps in PyTorch (float64), for crates/ganforge-train/src/play_tests.rs.

usage: steps.py > steps.json

Two small players, fixed weights, data and latents; each case plays two steps by its rule and optimizer and stores
the weights before and after. Needs torch. Weights are stored as Burn lays them out, [inputs, outputs].

latents.json holds what the engine draws with seed 0 for generator turns that do not use the discriminator's fakes, by
their number over the whole run; a test beside the steps sees to it that it does.
"""
import json
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

BATCH, LATENT, PIXELS = 4, 3, 4
STEPS = 2
ADAM = ("adam", dict(lr=0.02, betas=(0.5, 0.9), eps=1e-8))
CASES = {
    "alternating-adam": dict(optimizer=ADAM),
    "alternating-2-to-1-sgd": dict(d_steps=2, optimizer=("sgd", dict(lr=0.1, momentum=0.5))),
    "alternating-1-to-2-adam": dict(g_steps=2, optimizer=ADAM),
    # Arjovsky et al. 2017, algorithm 1, with its optimizer and two critic steps for its five. The critic's biases push
    # real images and fakes alike, so that some gradients cancel: a larger epsilon keeps RMSprop from blowing their
    # rounding up to whole steps.
    "alternating-2-to-1-wasserstein-clipping-rmsprop": dict(d_steps=2, payoff="wasserstein", weight_limit=0.3, optimizer=("rmsprop", dict(lr=0.02, alpha=0.9, eps=1e-3))),
    "alternating-adamw": dict(optimizer=("adamw", dict(lr=0.02, betas=(0.0, 0.99), eps=1e-8, weight_decay=0.1))),
    "alternating-adam-decay": dict(optimizer=("adam", dict(lr=0.02, betas=(0.5, 0.9), eps=1e-8, weight_decay=0.1))),
    "odd-even-adam": dict(update="odd-even", optimizer=ADAM),
    "odd-even-2-to-2-least-squares-sgd": dict(update="odd-even", d_steps=2, g_steps=2, payoff="least-squares", optimizer=("sgd", dict(lr=0.1, momentum=0.5))),
    "simultaneous-sgd": dict(update="simultaneous", optimizer=("sgd", dict(lr=0.1, momentum=0.0))),
    "simultaneous-adam-clipped": dict(update="simultaneous", optimizer=ADAM, longest=0.05),
    "one-stage-adam": dict(update="one-stage", optimizer=ADAM),
    # Zhao et al. 2017, eqs. 1, 2 and 4; a margin that some fakes exceed and some do not.
    "energy-margin-adam": dict(payoff="energy-margin", energy="norm", pull=0.5, optimizer=ADAM),
    # Berthelot et al. 2017, section 3.4, with a rate at which k counts in the second step.
    "balanced-adam": dict(payoff="balanced", energy="mean-absolute", optimizer=ADAM),
    "one-stage-least-squares-sgd": dict(update="one-stage", payoff="least-squares", optimizer=("sgd", dict(lr=0.1, momentum=0.5))),
}
OPTIMIZERS = dict(adam=torch.optim.Adam, adamw=torch.optim.AdamW, rmsprop=torch.optim.RMSprop, sgd=torch.optim.SGD)
# Losses of both players, from the scores of real images and of fakes.
PAYOFFS = {
    "non-saturating": (lambda real, fake: F.softplus(-real).mean() + F.softplus(fake).mean(), lambda fake: F.softplus(-fake).mean()),
    "least-squares": (lambda real, fake: ((real - 1) ** 2).mean() / 2 + (fake**2).mean() / 2, lambda fake: ((fake - 1) ** 2).mean() / 2),
    "wasserstein": (lambda real, fake: fake.mean() - real.mean(), lambda fake: -fake.mean()),
    "energy-margin": (lambda real, fake: -real.mean() + torch.clamp(MARGIN + fake, min=0).mean(), lambda fake: -fake.mean()),
}
MARGIN, GAMMA, RATE = 1.4, 0.9, 0.5
OWN_LATENTS = torch.tensor(json.loads(Path(__file__).with_name("latents.json").read_text()), dtype=torch.float64).reshape(-1, BATCH, LATENT)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.output = nn.Linear(LATENT, 5), nn.Linear(5, PIXELS)

    def forward(self, z):
        return torch.tanh(self.output(F.relu(self.hidden(z))))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.plain, self.output = nn.Linear(PIXELS, 6), nn.Linear(6, 1)

    def forward(self, x):
        return self.output(F.leaky_relu(self.plain(x), 0.2))


# Scores are minus the reconstruction error.
ENERGIES = {
    "norm": lambda residual: residual.norm(dim=1, keepdim=True),
    "mean-absolute": lambda residual: residual.abs().mean(1, keepdim=True),
}


class Autoencoder(nn.Module):
    def __init__(self, energy):
        super().__init__()
        self.encoder, self.code = nn.Linear(PIXELS, 6), nn.Linear(6, 3)
        self.decoder, self.output = nn.Linear(3, 5), nn.Linear(5, PIXELS)
        self.energy, self.codes = ENERGIES[energy], None

    def forward(self, x):
        self.codes = self.code(F.elu(self.encoder(x)))
        return -self.energy(self.output(F.elu(self.decoder(self.codes))) - x)


class Balanced:
    def __init__(self):
        self.k = 0.0

    def discriminator_loss(self, real, fake):
        loss = -real.mean() + self.k * fake.mean()
        self.k = min(1.0, max(0.0, self.k + RATE * (GAMMA * -real.mean().item() + fake.mean().item())))
        return loss


def pulling_away(codes):
    unit = codes / codes.norm(dim=1, keepdim=True)
    pairs = [(unit[i] @ unit[j]) ** 2 for i in range(BATCH) for j in range(BATCH) if i != j]
    return sum(pairs) / len(pairs)


def weights(generator, discriminator):
    flat = lambda t: (t.detach().mT if t.ndim == 2 else t.detach()).flatten().tolist()
    named = {"generator.hidden.0": generator.hidden, "generator.output": generator.output,
             **discriminator_layers(discriminator)}
    return {f"{name}.{part}": flat(getattr(layer, part)) for name, layer in named.items() for part in ("weight", "bias")}


def discriminator_layers(d):
    if isinstance(d, Autoencoder):
        return {"discriminator.encoder.0": d.encoder, "discriminator.code": d.code,
                "discriminator.decoder.0": d.decoder, "discriminator.output": d.output}
    return {"discriminator.plain.0": d.plain, "discriminator.head.score": d.output}


def gradients(*players):
    return [p.grad.clone() for player in players for p in player.parameters()]


def simultaneous(g, d, payoff, real, z):
    """Leaves both players' gradients at the same weights."""
    d_loss, g_loss = payoff
    g.zero_grad(); g_loss(d(g(z))).backward()
    # Then the discriminator's own gradient, at the same weights.
    d.zero_grad(); d_loss(d(real), d(g(z).detach())).backward()


def one_stage(g, d, payoff, real, z):
    """The same from one pass through the discriminator (Shen et al. 2021), checked against two passes."""
    simultaneous(g, d, payoff, real, z)
    expected = gradients(g, d)
    g.zero_grad(); d.zero_grad()
    fake = g(z)
    shown = torch.cat([real, fake.detach()]).requires_grad_()
    on_real, on_fake = d(shown).split(BATCH)
    losses = payoff[0](on_real, on_fake), payoff[1](on_fake)
    d_slope, g_slope = (torch.autograd.grad(loss, on_fake, retain_graph=True)[0] for loss in losses)
    losses[0].backward()
    fake.backward(shown.grad[BATCH:] * g_slope / d_slope)
    for found, wanted in zip(gradients(g, d), expected):
        assert torch.allclose(found, wanted, rtol=0, atol=1e-12)


def clip(module, longest):
    if longest is not None:
        torch.nn.utils.clip_grad_norm_(module.parameters(), longest)


def clamp(module, limit):
    if limit is not None:
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.clamp_(-limit, limit)


def play(optimizer, update="alternating", d_steps=1, g_steps=1, payoff="non-saturating", longest=None, weight_limit=None, energy=None, pull=0.0):
    torch.manual_seed(0)
    g, d = Generator().double(), (Autoencoder(energy) if energy else Discriminator()).double()
    rounds = [(torch.rand(BATCH, PIXELS, dtype=torch.float64) * 2 - 1, torch.randn(BATCH, LATENT, dtype=torch.float64)) for _ in range(STEPS * d_steps)]
    before = weights(g, d)
    kind, options = optimizer
    og, od = (OPTIMIZERS[kind](m.parameters(), **options) for m in (g, d))
    balance = Balanced()
    d_loss, g_loss = (balance.discriminator_loss, lambda fake: -fake.mean()) if payoff == "balanced" else PAYOFFS[payoff]
    queue = iter(rounds)
    for step in range(STEPS):
        if update in ("alternating", "odd-even"):
            for _ in range(d_steps):
                real, z = next(queue)
                od.zero_grad(); d_loss(d(real), d(g(z).detach())).backward(); clip(d, longest); od.step(); clamp(d, weight_limit)
            for turn in range(g_steps):
                if update == "odd-even" or turn > 0:
                    z = OWN_LATENTS[step * g_steps + turn]
                og.zero_grad(); loss = g_loss(d(g(z))); (loss + pull * pulling_away(d.codes) if pull else loss).backward(); clip(g, longest); og.step()
        else:
            real, z = next(queue)
            dict(simultaneous=simultaneous, **{"one-stage": one_stage})[update](g, d, PAYOFFS[payoff], real, z)
            clip(g, longest); clip(d, longest); og.step(); od.step(); clamp(d, weight_limit)
    return dict(rounds=[dict(real=r.flatten().tolist(), latent=z.flatten().tolist()) for r, z in rounds], before=before, after=weights(g, d), **(dict(balance=balance.k) if payoff == "balanced" else {}))


print(json.dumps({name: play(**case) for name, case in CASES.items()}))
