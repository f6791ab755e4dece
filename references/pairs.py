#!/usr/bin/env python3
"""Two training steps of ALI and of BiGAN in PyTorch (float64), for crates/ganforge-train/src/session/play_pair_tests.rs.

usage: pairs.py > pairs.json

Small networks, fixed weights, data, latents and noise; both players move at the same weights. The weights before and after are
stored as Burn lays them out, [inputs, outputs]. Needs torch.

ALI: Dumoulin et al. 2017, equations 1 and 4 (V'), with a Gaussian encoder, batch norm with scale and shift, a maxout discriminator
and a layer of the latent alone. BiGAN: Donahue et al. 2017, equation 3 with exchanged labels, as in the authors' code: batch norm
without scale and shift, not in the first layers of encoder and discriminator, a logistic function after the encoder, the latent enters the second layer of the
discriminator, pixels in [0, 1], weight decay. Adam's epsilon is 1e-3, so that the rounding of gradients that nearly vanish behind a
norm does not become a whole step.
"""
import json

import torch
import torch.nn.functional as F

BATCH, LATENT, PIXELS, STEPS = 6, 3, 4, 2
ADAM = dict(lr=0.02, betas=(0.5, 0.9), eps=1e-3)


def normal(*shape):
    return torch.randn(*shape, dtype=torch.float64)


class Player:
    """Parameters by the names that the engine gives them."""

    def __init__(self):
        self.parameters = {}

    def linear(self, name, inputs, outputs, bias=True):
        self.parameters[f"{name}.weight"] = (normal(inputs, outputs) * 0.5).requires_grad_()
        if bias:
            self.parameters[f"{name}.bias"] = (normal(outputs) * 0.5).requires_grad_()

    def norm(self, name, units):
        self.parameters[f"{name}.gamma"] = (1 + 0.2 * normal(units)).requires_grad_()
        self.parameters[f"{name}.beta"] = (0.2 * normal(units)).requires_grad_()

    def apply(self, name, rows):
        rows = rows @ self.parameters[f"{name}.weight"]
        bias = self.parameters.get(f"{name}.bias")
        return rows if bias is None else rows + bias

    def normalise(self, name, rows):
        mean, variance = rows.mean(0), rows.var(0, unbiased=False)
        rows = (rows - mean) / torch.sqrt(variance + 1e-5)
        gamma = self.parameters.get(f"{name}.gamma")
        return rows if gamma is None else rows * gamma + self.parameters[f"{name}.beta"]

    def stored(self):
        return {name: value.detach().flatten().tolist() for name, value in self.parameters.items()}


class Ali:
    def __init__(self):
        self.player, self.critic = Player(), Player()
        g = self.player
        g.linear("generator.hidden.0", LATENT, 5, bias=False)
        g.norm("generator.norms.0", 5)
        g.linear("generator.output", 5, PIXELS)
        g.linear("encoder.hidden.plain.0", PIXELS, 6, bias=False)
        g.norm("encoder.hidden.norms.0", 6)
        g.linear("encoder.output", 6, 2 * LATENT)
        d = self.critic
        d.linear("code.maxout.0.pieces", LATENT, 2 * 2)
        d.linear("joint.maxout.0.pieces", PIXELS + 2, 4 * 2)
        d.linear("score", 4, 1)

    def generate(self, z):
        g = self.player
        return torch.tanh(g.apply("generator.output", F.relu(g.normalise("generator.norms.0", g.apply("generator.hidden.0", z)))))

    def encode(self, x, noise):
        g = self.player
        hidden = F.leaky_relu(g.normalise("encoder.hidden.norms.0", g.apply("encoder.hidden.plain.0", x)), 0.2)
        mean, log_std = g.apply("encoder.output", hidden).split(LATENT, 1)
        return mean + log_std.exp() * noise

    def score(self, x, z):
        d = self.critic
        maxout = lambda name, rows, units: d.apply(name, rows).reshape(BATCH, units, 2).amax(2)
        code = maxout("code.maxout.0.pieces", z, 2)
        return d.apply("score", maxout("joint.maxout.0.pieces", torch.cat([x, code], 1), 4))


class Bigan:
    def __init__(self):
        self.player, self.critic = Player(), Player()
        g = self.player
        g.linear("generator.hidden.0", LATENT, 5, bias=False)
        g.linear("generator.output", 5, PIXELS)
        g.linear("encoder.hidden.plain.0", PIXELS, 6)
        g.linear("encoder.hidden.plain.1", 6, 5, bias=False)
        g.linear("encoder.output", 5, LATENT)
        d = self.critic
        d.linear("image.plain.0", PIXELS, 6)
        d.linear("joint.plain.0", 6 + LATENT, 5, bias=False)
        d.linear("score", 5, 1)

    def generate(self, z):
        g = self.player
        return 2 * torch.sigmoid(g.apply("generator.output", F.relu(g.normalise("", g.apply("generator.hidden.0", z))))) - 1

    def encode(self, x, _noise):
        g = self.player
        hidden = F.leaky_relu(g.apply("encoder.hidden.plain.0", (x + 1) / 2), 0.2)
        return 2 * torch.sigmoid(g.apply("encoder.output", F.leaky_relu(g.normalise("", g.apply("encoder.hidden.plain.1", hidden)), 0.2))) - 1

    def score(self, x, z):
        d = self.critic
        hidden = F.leaky_relu(d.apply("image.plain.0", (x + 1) / 2), 0.2)
        hidden = d.normalise("", d.apply("joint.plain.0", torch.cat([hidden, z], 1)))
        return d.apply("score", F.leaky_relu(hidden, 0.2))


def play(system, decay):
    game = system()
    both = lambda: {"generator": game.player.stored(), "discriminator": game.critic.stored()}
    before, rounds = both(), []
    values = lambda player: list(player.parameters.values())
    optimizers = [torch.optim.Adam(values(player), weight_decay=decay, **ADAM) for player in (game.player, game.critic)]
    for _ in range(STEPS):
        x = torch.rand(BATCH, PIXELS, dtype=torch.float64) * 2 - 1
        z, noise = normal(BATCH, LATENT), normal(BATCH, LATENT)
        rounds.append({"real": x.flatten().tolist(), "latent": z.flatten().tolist(), "noise": noise.flatten().tolist()})
        real, fake = game.score(x, game.encode(x, noise)), game.score(game.generate(z), z)
        d_loss = F.softplus(-real).mean() + F.softplus(fake).mean()
        g_loss = F.softplus(real).mean() + F.softplus(-fake).mean()
        gradients = [torch.autograd.grad(loss, values(player), retain_graph=True) for loss, player in ((g_loss, game.player), (d_loss, game.critic))]
        for player, optimizer, gradient in zip((game.player, game.critic), optimizers, gradients):
            for parameter, value in zip(values(player), gradient):
                parameter.grad = value
            optimizer.step()
    return {"before": before, "rounds": rounds, "after": both()}


torch.manual_seed(0)
print(json.dumps({"ali": play(Ali, 0.0), "bigan": play(Bigan, 2.5e-5)}))
