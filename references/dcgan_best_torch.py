#!/usr/bin/env python3
"""The step of peers/dcgan_torch.py as fast as PyTorch does it on a CPU: prints one JSON object of the same form.

usage: dcgan_best_torch.py [--size 32] [--width 64] [--batch 64] [--steps 30] [--threads 2] [--compile]

The same networks, losses and optimizer, with what a PyTorch user can do about speed: channels-last memory, Adam(fused=True),
gradients set to None, no gradient of the discriminator's parameters in the generator's turn, and optionally torch.compile. Run it
with MALLOC_MMAP_THRESHOLD_ and MALLOC_TRIM_THRESHOLD_ of a gigabyte, so that the allocator keeps its pages. Needs torch.
"""
import argparse
import json
import math
import resource
import statistics
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

WARM_UP = 5


def generator(latent, channels, width, stages):
    top = width * 2 ** (stages - 1)
    layers = [nn.Linear(latent, top * 16, bias=False), nn.Unflatten(1, (top, 4, 4)), nn.BatchNorm2d(top), nn.ReLU(True)]
    for stage in range(stages - 1):
        inputs = top // 2**stage
        layers += [nn.ConvTranspose2d(inputs, inputs // 2, 4, 2, 1, bias=False), nn.BatchNorm2d(inputs // 2), nn.ReLU(True)]
    return nn.Sequential(*layers, nn.ConvTranspose2d(width, channels, 4, 2, 1, bias=False), nn.Tanh())


def discriminator(channels, width, stages):
    layers = [nn.Conv2d(channels, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True)]
    for stage in range(stages - 1):
        inputs = width * 2**stage
        layers += [nn.Conv2d(inputs, 2 * inputs, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * inputs), nn.LeakyReLU(0.2, True)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(width * 2 ** (stages - 1) * 16, 1))


def main():
    parser = argparse.ArgumentParser()
    for name, default in dict(size=32, channels=1, width=64, latent=100, batch=64, steps=30, threads=2).items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    stages = int(math.log2(options.size // 4))

    g = generator(options.latent, options.channels, options.width, stages).to(memory_format=torch.channels_last)
    d = discriminator(options.channels, options.width, stages).to(memory_format=torch.channels_last)
    adam = dict(lr=2e-4, betas=(0.5, 0.999), fused=True)
    of_g, of_d = torch.optim.Adam(g.parameters(), **adam), torch.optim.Adam(d.parameters(), **adam)
    parameters = sum(p.numel() for player in (g, d) for p in player.parameters())
    play_g, play_d = (torch.compile(g), torch.compile(d)) if options.compile else (g, d)
    size = (options.batch, options.channels, options.size, options.size)
    real = (torch.rand(size) * 2 - 1).to(memory_format=torch.channels_last)

    def step():
        fake = play_g(torch.randn(options.batch, options.latent))
        loss = F.softplus(-play_d(real)).mean() + F.softplus(play_d(fake.detach())).mean()
        of_d.zero_grad(set_to_none=True)
        loss.backward()
        of_d.step()
        d.requires_grad_(False)
        loss = F.softplus(-play_d(fake)).mean()
        of_g.zero_grad(set_to_none=True)
        loss.backward()
        of_g.step()
        d.requires_grad_(True)

    times = []
    for number in range(WARM_UP + options.steps):
        began = time.perf_counter()
        step()
        if number >= WARM_UP:
            times.append((time.perf_counter() - began) * 1e3)
    print(json.dumps(dict(
        peer="pytorch, at its best", version=torch.__version__, batch=options.batch, steps=options.steps,
        step_ms_median=round(statistics.median(times), 3), step_ms_min=round(min(times), 3), parameters=parameters,
        compile=options.compile, peak_mib=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    )))


if __name__ == "__main__":
    main()
