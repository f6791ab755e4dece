#!/usr/bin/env python3
"""Two steps of DiscoGAN and of CycleGAN in PyTorch (float64), for crates/ganforge-train/tests/translation.rs.

usage: translation.py discogan > discogan.json; translation.py cyclegan > cyclegan.json

Losses are those of the published codes: SKTBrain/DiscoGAN, discogan/image_translation.py (with the payoff summed over real
images and fakes, not halved, and squares of pixels in [-1, 1] times 1/4), and junyanz/CycleGAN, models/cycle_gan_model.lua
(least squares, L1 cycles times 10, identity times 5). Both translators are updated together, after both discriminators.
Weights are stored as Burn lays them out and by the names of the program. Needs torch.
"""
import json
import sys

import torch
import torch.nn.functional as F

# A seed for which single precision agrees with double precision to 1e-5: steps through instance norms amplify rounding.
torch.manual_seed({"discogan": 0, "cyclegan": 3}[sys.argv[1]])
torch.set_default_dtype(torch.float64)
RATE, BETAS, STEPS = 0.01, (0.5, 0.999), 2
EPSILON = {"discogan": 1e-3, "cyclegan": 1.0}


def draw(*shape, scale=1.0):
    # Values that single precision holds, so that both sides start from the same numbers.
    return (torch.randn(*shape) * scale).float().double()


def linear(inputs, outputs):
    return {"weight": draw(inputs, outputs, scale=0.7), "bias": draw(outputs, scale=0.1)}


def conv(inputs, outputs, kernel, bias=False, transposed=False):
    pair = (inputs, outputs) if transposed else (outputs, inputs)
    layer = {"weight": draw(*pair, kernel, kernel, scale=0.3)}
    return layer | ({"bias": draw(outputs, scale=0.1)} if bias else {})


def norm(channels):
    return {"gamma": (1 + 0.1 * draw(channels)).float().double(), "beta": draw(channels, scale=0.1)}


def batch_norm(images, layer):
    return F.batch_norm(images, None, None, layer["gamma"], layer["beta"], training=True)


def leaky(x):
    return F.leaky_relu(x, 0.2)


class Mlp:
    """Hidden layers, linear output: a translator of points, or a discriminator with one output."""

    def __init__(self, inputs, hidden, outputs, names, activation):
        widths = [inputs, *hidden]
        self.hidden = [linear(i, o) for i, o in zip(widths, widths[1:])]
        self.output = linear(widths[-1], outputs)
        self.names, self.activation = names, activation

    def parts(self):
        return {f"{self.names[0]}.{i}": layer for i, layer in enumerate(self.hidden)} | {self.names[1]: self.output}

    def run(self, images):
        rows = images.flatten(1)
        for layer in self.hidden:
            rows = self.activation(rows @ layer["weight"] + layer["bias"])
        return rows, rows @ self.output["weight"] + self.output["bias"]

    def __call__(self, images):
        return self.run(images)[1].reshape(images.shape)

    def layers_and_logits(self, images):
        features, logits = self.run(images)
        # One hidden layer is the last one; feature matching leaves the first out only where there are more.
        return [features], logits


class EncoderDecoder:
    def __init__(self, width):
        self.down = [conv(1, width, 4), conv(width, 2 * width, 4)]
        self.down_norms = [norm(2 * width)]
        self.up = [conv(2 * width, width, 4, transposed=True), conv(width, 1, 4, transposed=True)]
        self.up_norms = [norm(width)]

    def parts(self):
        lists = dict(down=self.down, down_norms=self.down_norms, up=self.up, up_norms=self.up_norms)
        return {f"{name}.{i}": layer for name, layers in lists.items() for i, layer in enumerate(layers)}

    def __call__(self, images):
        x = leaky(F.conv2d((images + 1) / 2, self.down[0]["weight"], stride=2, padding=1))
        x = leaky(batch_norm(F.conv2d(x, self.down[1]["weight"], stride=2, padding=1), self.down_norms[0]))
        x = F.relu(batch_norm(F.conv_transpose2d(x, self.up[0]["weight"], stride=2, padding=1), self.up_norms[0]))
        return 2 * torch.sigmoid(F.conv_transpose2d(x, self.up[1]["weight"], stride=2, padding=1)) - 1


class Dcgan:
    def __init__(self, width):
        self.stages = [conv(1, width, 4), conv(width, 2 * width, 4)]
        self.norms = [norm(2 * width)]
        self.score = linear(2 * width * 16, 1)

    def parts(self):
        return {"stages.0": self.stages[0], "stages.1": self.stages[1], "norms.0": self.norms[0], "head.score": self.score}

    def layers_and_logits(self, images):
        first = leaky(F.conv2d(images, self.stages[0]["weight"], stride=2, padding=1))
        last = leaky(batch_norm(F.conv2d(first, self.stages[1]["weight"], stride=2, padding=1), self.norms[0]))
        return [last], last.flatten(1) @ self.score["weight"] + self.score["bias"]


class Resnet:
    """CycleGAN's translator with one block."""

    def __init__(self, width):
        w = [width, 2 * width, 4 * width]
        self.entry, self.output = conv(1, w[0], 7), conv(w[0], 1, 7, bias=True)
        self.down = [conv(w[0], w[1], 3), conv(w[1], w[2], 3)]
        self.first, self.second = conv(w[2], w[2], 3), conv(w[2], w[2], 3)
        self.up = [conv(w[2], w[1], 3, transposed=True), conv(w[1], w[0], 3, transposed=True)]

    def parts(self):
        return {"entry": self.entry, "down.0": self.down[0], "down.1": self.down[1], "blocks.0.first": self.first,
                "blocks.0.second": self.second, "up.0": self.up[0], "up.1": self.up[1], "output": self.output}

    def __call__(self, images):
        def reflected(x, layer, pad):
            return F.conv2d(F.pad(x, (pad,) * 4, mode="reflect"), layer["weight"], layer.get("bias"))

        x = F.relu(F.instance_norm(reflected(images, self.entry, 3)))
        for layer in self.down:
            x = F.relu(F.instance_norm(F.conv2d(x, layer["weight"], stride=2, padding=1)))
        inner = F.relu(F.instance_norm(reflected(x, self.first, 1)))
        x = x + F.instance_norm(reflected(inner, self.second, 1))
        for layer in self.up:
            x = F.relu(F.instance_norm(F.conv_transpose2d(x, layer["weight"], stride=2, padding=1, output_padding=1)))
        return torch.tanh(reflected(x, self.output, 3))


class Patch:
    """CycleGAN's discriminator with one layer that halves the size."""

    def __init__(self, width):
        self.hidden = [conv(1, width, 4, bias=True), conv(width, 2 * width, 4)]
        self.output = conv(2 * width, 1, 4, bias=True)

    def parts(self):
        return {"hidden.0": self.hidden[0], "hidden.1": self.hidden[1], "output": self.output}

    def layers_and_logits(self, images):
        x = leaky(F.conv2d(images, self.hidden[0]["weight"], self.hidden[0]["bias"], stride=2, padding=1))
        x = leaky(F.instance_norm(F.conv2d(x, self.hidden[1]["weight"], padding=1)))
        return [x], F.conv2d(x, self.output["weight"], self.output["bias"], padding=1)


def matching(real, fake):
    return sum(((r.mean(0) - f.mean(0)) ** 2).mean() for r, f in zip(real, fake))


def disco_losses(rate, one_sided):
    def discriminator(d, real, fake):
        real, fake = d.layers_and_logits(real)[1], d.layers_and_logits(fake)[1]
        return F.softplus(-real).mean() + F.softplus(fake).mean()

    def generator(g, f, ds, a, b):
        def half(forth, back, d, x, real):
            fake = forth(x)
            layers, logits = d.layers_and_logits(fake)
            payoff, match = F.softplus(-logits).mean(), matching(d.layers_and_logits(real)[0], layers)
            return (1 - rate) * (0.1 * payoff + 0.9 * match) + rate * 0.25 * F.mse_loss(back(fake), x)

        loss = half(g, f, ds[0], a, b)
        return loss if one_sided else loss + half(f, g, ds[1], b, a)

    return discriminator, generator


def cycle_losses():
    def discriminator(d, real, fake):
        real, fake = d.layers_and_logits(real)[1], d.layers_and_logits(fake)[1]
        return 0.5 * (((real - 1) ** 2).mean() + (fake**2).mean())

    def generator(g, f, ds, a, b):
        def half(forth, back, d, x, real):
            fake = forth(x)
            payoff = ((d.layers_and_logits(fake)[1] - 1) ** 2).mean()
            return payoff + 10 * F.l1_loss(back(fake), x) + 5 * F.l1_loss(forth(real), real)

        return half(g, f, ds[0], a, b) + half(f, g, ds[1], b, a)

    return discriminator, generator


def flat(value):
    # Seven digits are what single precision holds.
    return [float(f"{number:.8g}") for number in value.detach().flatten().tolist()]


def rounded(images):
    return [round(value, 3) for value in images.flatten().tolist()]


def named(players):
    names = ["generator.to_target", "generator.to_source", "discriminator.target", "discriminator.source"]
    return {f"{name}.{part}.{key}": value for name, network in zip(names, players)
            for part, layer in network.parts().items() for key, value in layer.items()}


def play(players, losses, batch, shape, generator_steps, one_sided=False):
    g, f, target, source = players
    weights = [value for network in players for layer in network.parts().values() for value in layer.values()]
    for value in weights:
        value.requires_grad_()
    stored = {"before": {name: flat(value) for name, value in named(players).items()}, "rounds": []}
    own = lambda networks: [v for n in networks for layer in n.parts().values() for v in layer.values()]
    optimizers = [torch.optim.Adam(own(pair), lr=RATE, betas=BETAS, eps=EPSILON[sys.argv[1]]) for pair in ((target, source), (g, f))]
    for step in range(STEPS):
        discriminator, generator = losses(step)
        a, b = (torch.round(torch.tanh(draw(batch, *shape)), decimals=3).float().double() for _ in range(2))
        loss = discriminator(target, b, g(a).detach())
        if not one_sided:
            loss = loss + discriminator(source, a, f(b).detach())
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        optimizers[0].step()
        for _ in range(generator_steps):
            loss = generator(g, f, (target, source), a, b)
            optimizers[1].zero_grad()
            loss.backward()
            optimizers[1].step()
        stored["rounds"].append({"source": rounded(a), "target": rounded(b), "generator_loss": loss.item()})
    stored["after"] = {name: flat(value) for name, value in named(players).items()}
    return stored


def main():
    rates = [0.01, 0.5]
    points = lambda: [*(Mlp(2, [4], 2, ("hidden", "output"), F.relu) for _ in range(2)),
                      *(Mlp(2, [5, 3], 1, ("plain", "head.score"), leaky) for _ in range(2))]
    disco = {
        "discogan-points": lambda: play(points(), lambda step: disco_losses(rates[step], False), 4, (2, 1, 1), 2),
        "discogan-one-sided": lambda: play(points(), lambda step: disco_losses(rates[step], True), 4, (2, 1, 1), 1, True),
        "discogan-images": lambda: play([EncoderDecoder(1), EncoderDecoder(1), Dcgan(1), Dcgan(1)],
                                        lambda step: disco_losses(rates[step], False), 3, (1, 16, 16), 1),
    }
    cycle = {
        "cyclegan": lambda: play([Resnet(1), Resnet(1), Patch(1), Patch(1)], lambda step: cycle_losses(), 2, (1, 16, 16), 1),
    }
    cases = {"discogan": disco, "cyclegan": cycle}[sys.argv[1]]
    print(json.dumps({name: case() for name, case in cases.items()}))



main()
