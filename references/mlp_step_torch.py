#!/usr/bin/env python3
"""The PyTorch side of `ganforge bench bench-mlp`: times the training step of two small networks, and prints one JSON object.

Networks: generator latent-256-256-image with ReLU and tanh, discriminator image-256-256-1 with LeakyReLU 0.2, all layers with
bias; 64 latent coordinates, images of 8 by 8 pixels.
Step: one discriminator update on real and (detached) fake, then one generator update through the updated discriminator with
the same fakes; non-saturating softplus losses, Adam(2e-4, 0.5, 0.999, eps 1e-8). No gradient of the discriminator is computed
for the generator's update, as in ganforge. Times are per whole step, in milliseconds, after five steps of warm-up.

Example: python references/mlp_step_torch.py --threads 2 --steps 500 --batch 64
"""

import argparse
import json
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn

WARM_UP = 5


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--latent", type=int, default=64)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--pixels", type=int, default=64)
    parser.add_argument("--fused", action="store_true", help="Adam in one kernel")
    return parser.parse_args()


def players(options):
    hidden = options.hidden
    generator = nn.Sequential(
        nn.Linear(options.latent, hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, options.pixels),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        nn.Linear(options.pixels, hidden),
        nn.LeakyReLU(0.2),
        nn.Linear(hidden, hidden),
        nn.LeakyReLU(0.2),
        nn.Linear(hidden, 1),
    )
    return generator, discriminator


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    generator, discriminator = players(options)
    adam = lambda player: torch.optim.Adam(
        player.parameters(), 2e-4, betas=(0.5, 0.999), fused=options.fused
    )
    move_generator, move_discriminator = adam(generator), adam(discriminator)
    real = torch.rand(options.batch, options.pixels) * 2 - 1

    def step():
        fake = generator(torch.randn(options.batch, options.latent))
        loss = F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake.detach())).mean()
        move_discriminator.zero_grad()
        loss.backward()
        move_discriminator.step()
        discriminator.requires_grad_(False)
        loss = F.softplus(-discriminator(fake)).mean()
        move_generator.zero_grad()
        loss.backward()
        move_generator.step()
        discriminator.requires_grad_(True)

    times = []
    for index in range(WARM_UP + options.steps):
        began = time.perf_counter()
        step()
        if index >= WARM_UP:
            times.append((time.perf_counter() - began) * 1e3)
    print(
        json.dumps(
            {
                "peer": "pytorch",
                "version": torch.__version__,
                "threads": options.threads,
                "batch": options.batch,
                "steps": options.steps,
                "fused": options.fused,
                "step_ms_median": round(statistics.median(times), 4),
                "step_ms_min": round(min(times), 4),
                "images_per_second": round(options.batch / statistics.median(times) * 1e3, 1),
                "parameters": sum(p.numel() for m in (generator, discriminator) for p in m.parameters()),
            }
        )
    )


if __name__ == "__main__":
    main()
