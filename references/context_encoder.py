#!/usr/bin/env python3
"""Two whole steps of the Context-Encoder in PyTorch (float64), for crates/ganforge-train/tests/context_encoder.rs.

usage: context_encoder.py > context_encoder.json

Pathak et al. 2016 and the code of its authors (pathak22/context-encoder, train.lua and train_random.lua): tiny networks, fixed
weights, images and masks. The code of an image is a convolution over all that the encoder leaves, and the base grid a transposed
one, as there. Needs torch. Weights are stored as Burn lays them out, linear layers [inputs, outputs].
"""
import json

import torch
import torch.nn as nn
import torch.nn.functional as F

BATCH, STEPS = 4, 2
RECONSTRUCTION, ADVERSARIAL, OVERLAP_WEIGHT = 0.999, 0.001, 10.0
# The adversarial term weighs enough here that an error in it would show.
CASES = {
    # A patch of 6×6 within 12×12, of which 4×4 is missing; 3 pixels become 1 and 1 becomes 3 on the way.
    "centre": dict(channels=1, side=12, encoder=[2, 3], code=3, decoder=[3, 2], overlap=1, adversarial=0.3),
    "centre-rgb": dict(channels=3, side=8, encoder=[2, 2], code=3, decoder=[2], overlap=0, adversarial=ADVERSARIAL),
    "random": dict(channels=1, side=8, encoder=[2, 3], code=3, decoder=[3, 2], random=True, adversarial=0.3),
    "reconstruction": dict(channels=1, side=8, encoder=[2], code=3, decoder=[2], overlap=0, adversarial=0.0),
}


class Generator(nn.Module):
    def __init__(self, channels, side, encoder, code, decoder, predicted):
        super().__init__()
        top = side >> len(encoder)
        layers = zip([channels, *encoder], encoder)
        self.encoder = nn.ModuleList(nn.Conv2d(i, o, 4, 2, 1, bias=False) for i, o in layers)
        self.encoder_norms = nn.ModuleList(nn.BatchNorm2d(o) for o in encoder[1:])
        self.code, self.code_norm = nn.Conv2d(encoder[-1], code, top, bias=False), nn.BatchNorm2d(code)
        sizes = [predicted >> k for k in range(len(decoder), -1, -1)]
        self.base = nn.ConvTranspose2d(code, decoder[0], sizes[0], bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm2d(c) for c in decoder)
        layers = zip(decoder, [*decoder[1:], channels], sizes[1:])
        self.decoder = nn.ModuleList(nn.ConvTranspose2d(i, o, 4, 2, 1, output_padding=s % 2, bias=False) for i, o, s in layers)

    def forward(self, x):
        for k, layer in enumerate(self.encoder):
            x = layer(x)
            x = F.leaky_relu(self.encoder_norms[k - 1](x) if k else x, 0.2)
        x = self.base(F.leaky_relu(self.code_norm(self.code(x)), 0.2))
        for norm, layer in zip(self.norms, self.decoder):
            x = layer(F.relu(norm(x)))
        return torch.tanh(x)


class Discriminator(nn.Module):
    def __init__(self, values):
        super().__init__()
        self.plain, self.output = nn.Linear(values, 4), nn.Linear(4, 1)

    def forward(self, x):
        return self.output(F.leaky_relu(self.plain(x.flatten(1)), 0.2))


def weights(g, d):
    found = {}
    for name, module in g.named_modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
            w = module.weight.detach()
            if name == "code":
                w = w.flatten(1).T
            found[f"generator.{name}.weight"] = w.flatten().tolist()
        elif isinstance(module, nn.BatchNorm2d):
            found[f"generator.{name}.gamma"] = module.weight.detach().tolist()
            found[f"generator.{name}.beta"] = module.bias.detach().tolist()
    for name, layer in {"plain.0": d.plain, "head.score": d.output}.items():
        found[f"discriminator.{name}.weight"] = layer.weight.detach().T.flatten().tolist()
        found[f"discriminator.{name}.bias"] = layer.bias.detach().tolist()
    return found


def fill(channels):
    return torch.tensor([117.0, 104.0, 123.0] if channels == 3 else [127.5], dtype=torch.float64).reshape(1, -1, 1, 1) * 2 / 255 - 1


def play(channels, side, encoder, code, decoder, adversarial, overlap=0, random=False):
    torch.manual_seed(0)
    predicted = side if random else side // 2
    g = Generator(channels, side, encoder, code, decoder, predicted).double()
    d = Discriminator(channels * predicted**2).double()
    with torch.no_grad():
        for p in g.parameters():
            p.copy_(torch.randn_like(p) * 0.3 + (1.0 if p.ndim == 1 else 0.0))
        for module in g.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.bias.normal_(0, 0.3)
        # Few digits, for a short file.
        for p in [*g.parameters(), *d.parameters()]:
            p.copy_(p.round(decimals=3))
    before = weights(g, d)
    # The generator's rate is ten times the discriminator's. A large epsilon, since gradients that cancel would leave rounding.
    og = torch.optim.Adam(g.parameters(), lr=0.02, betas=(0.5, 0.999), eps=1e-3)
    od = torch.optim.Adam(d.parameters(), lr=0.002, betas=(0.5, 0.999), eps=1e-3)
    inside = slice(0, side) if random else slice(side // 4, side // 4 + side // 2)
    rounds = []
    for _ in range(STEPS):
        real = torch.rand(BATCH, channels, side, side, dtype=torch.float64) * 2 - 1
        real = real.round(decimals=2)
        mask = torch.zeros(1, 1, side, side, dtype=torch.float64)
        if random:
            mask = (torch.rand(1, 1, side, side, dtype=torch.float64) < 0.25).double()
        else:
            hole = slice(side // 4 + overlap, side // 4 + side // 2 - overlap)
            mask[:, :, hole, hole] = 1
        rounds.append(dict(real=real.flatten().tolist(), mask=mask.flatten().tolist()))
        context = torch.where(mask.bool(), fill(channels), real)
        target = real[:, :, inside, inside]
        missing = mask[:, :, inside, inside]
        od.zero_grad()
        (F.softplus(-d(target)).mean() + F.softplus(d(g(context).detach())).mean()).backward()
        od.step()
        og.zero_grad()
        made = g(context)
        weight = torch.where(missing.bool(), 1.0, OVERLAP_WEIGHT)
        reconstruction = (weight * (made - target) ** 2).sum() / made.numel()
        (RECONSTRUCTION * reconstruction + adversarial * F.softplus(-d(made)).mean()).backward()
        og.step()
    return dict(rounds=rounds, before=before, after=weights(g, d), reconstruction=reconstruction.item())


def short(value):
    """Seven digits, as single precision holds."""
    if isinstance(value, dict):
        return {key: short(item) for key, item in value.items()}
    if isinstance(value, list):
        return [short(item) for item in value]
    return float(f"{value:.7g}")


print(json.dumps({name: short(play(**case)) for name, case in CASES.items()}, separators=(",", ":")))
