#!/usr/bin/env python3
"""The levels of a trained LAPGAN without classes, in PyTorch, from its model file.

usage: lapgan_levels.py RUN/model.safetensors measure t10k-images-idx3-ubyte.gz
       lapgan_levels.py RUN/model.safetensors picture OUT.png

`measure` gives each finer level the true coarse images of the first 2,000 images of a file of 28x28 digits, and prints the distance of the downsampled fakes to them, over their norm; the mean of its absolute value,
on pixels in [-1, 1]; the distance of two fakes of one coarse image, and that of a fake to the real image, both over the norm of the real residuals. A second line has the first two figures of a level that adds
nothing to the upsampled image, whose distance to the real image is 1 by definition, and of a black image. `picture` draws samples at every level, coarse to fine, enlarged
to one size; it needs Pillow.
"""
import gzip
import json
import sys

import numpy as np
import torch
import torch.nn.functional as F

COUNT, SAMPLES = 2000, 16

model, what, path = sys.argv[1:]
with open(model, "rb") as file:
    header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    values = file.read()
tensors = {name: torch.from_numpy(np.frombuffer(values[slice(*about["data_offsets"])], np.float32).copy()).reshape(about["shape"]) for name, about in header.items() if name != "__metadata__"}
card = json.loads(header["__metadata__"]["ganforge"])
config, channels = card["networks"]["generator"], card["image"]["channels"]
up = lambda images: F.interpolate(images, scale_factor=2, mode="bilinear", align_corners=False)


def coarsest(count):
    layer = lambda name, x: x @ tensors[f"generator.coarsest.{name}.weight"] + tensors[f"generator.coarsest.{name}.bias"]
    x = torch.rand(count, config["latent"]) * 2 - 1
    for index in range(len(config["hidden"])):
        x = F.relu(layer(f"hidden.{index}", x))
    return layer("output", x).reshape(-1, channels, *config["coarsest"])


def finer(level, coarse):
    layer = lambda name, x, padding: F.conv2d(x, tensors[f"generator.finer.{level}.{name}.weight"], tensors[f"generator.finer.{level}.{name}.bias"], padding=padding)
    noise = torch.rand_like(coarse[:, :1]) * 2 - 1
    hidden = F.relu(layer("second", F.relu(layer("first", torch.cat([noise, coarse], 1), 3)), 3))
    return coarse + layer("last", hidden, 2)


def measure():
    pixels = np.frombuffer(gzip.open(path).read()[16 : 16 + COUNT * 784], np.uint8).reshape(COUNT, 1, 28, 28)
    pyramid = [torch.from_numpy(pixels.astype(np.float32) / 127.5 - 1)]
    for _ in config["widths"]:
        pyramid.insert(0, F.avg_pool2d(pyramid[0], 2))
    for level, (before, real) in enumerate(zip(pyramid, pyramid[1:])):
        coarse = up(before)
        distance = lambda images: ((F.avg_pool2d(images, 2) - before).norm() / before.norm()).item()
        one, other = finer(level, coarse), finer(level, coarse)
        error = F.avg_pool2d(one, 2) - before
        size = (real - coarse).norm()
        print(f"level {level + 1}: coarse error {error.norm() / before.norm():.4f}, mean absolute {error.abs().mean():.4f}; over the norm of real residuals: two fakes of one image {(one - other).norm() / size:.3f}, fake to real {(one - real).norm() / size:.3f}, residuals of fakes {(one - coarse).norm() / size:.3f}")
        black = torch.full_like(real, -1)
        print(f"    coarse error without a residual {distance(coarse):.4f}, fake to real {(coarse - real).norm() / size:.3f}; of a black image {distance(black):.4f}, {(black - real).norm() / size:.3f}")


def picture():
    from PIL import Image

    levels = [coarsest(SAMPLES)]
    for level, width in enumerate(config["widths"]):
        levels.append(finer(level, up(levels[-1])) if width else up(levels[-1]))
    side, gap = max(56, levels[-1].shape[-1]), 4
    sheet = np.full((len(levels) * (side + gap) + gap, SAMPLES * (side + gap) + gap, 3), 255, np.uint8)
    for row, images in enumerate(levels):
        for column, image in enumerate(F.interpolate(images, size=(side, side), mode="nearest")):
            pixels = ((image.clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
            top, left = row * (side + gap) + gap, column * (side + gap) + gap
            sheet[top : top + side, left : left + side] = pixels
    Image.fromarray(sheet).save(path, optimize=True)


torch.manual_seed(0)
with torch.no_grad():
    dict(measure=measure, picture=picture)[what]()
