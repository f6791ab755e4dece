#!/usr/bin/env python3
"""Two unpaired domains of emoji, with true pairs held out, and how well pixels alone find the pairs.

usage: emoji_domains.py TWITTER GOOGLE OUTPUT_DIR

TWITTER and GOOGLE are the unpacked npm packages emoji-datasource-twitter and -google (`npm pack`, version 16.0.0). Of the base
emoji that both draw, 20 % are held out, chosen by seed 0: OUTPUT_DIR/a-test and b-test have them under the same names. Of the
others, one half is copied from Twitter to a-train and the other half from Google to b-train, so that no pair is trained on.
Printed is the baseline of a translation: how often the nearest of all held-out Google images, by squared difference of 32×32
pixels on white, is the true partner of the unchanged Twitter image, and the same the other way round. Needs numpy, Pillow.
"""
import json
import pathlib
import shutil
import sys

import numpy as np
from PIL import Image

HELD_OUT = 0.2


def pixels(path):
    image = Image.open(path).convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    rgb = np.asarray(Image.alpha_composite(white, image).convert("RGB"), np.float64) / 127.5 - 1
    return rgb.reshape(32, 2, 32, 2, 3).mean((1, 3)).ravel()


def retrieval(queries, truths):
    distances = (queries**2).sum(1)[:, None] - 2 * queries @ truths.T + (truths**2).sum(1)[None]
    rank = (distances < np.diag(distances)[:, None]).sum(1)
    return (rank < 1).mean(), (rank < 5).mean()


def main():
    twitter, google, output = map(pathlib.Path, sys.argv[1:])
    folders = [twitter / "img/twitter/64", google / "img/google/64"]
    emoji = json.loads((twitter / "emoji.json").read_text())
    names = [entry["image"] for entry in emoji]
    names = sorted(name for name in names if all((folder / name).exists() for folder in folders))
    order = np.random.default_rng(0).permutation(len(names))
    held_out = round(HELD_OUT * len(names))
    half = held_out + (len(names) - held_out) // 2
    parts = {
        "a-test": (0, order[:held_out]),
        "b-test": (1, order[:held_out]),
        "a-train": (0, order[held_out:half]),
        "b-train": (1, order[half:]),
    }
    for part, (vendor, indices) in parts.items():
        (output / part).mkdir(parents=True, exist_ok=True)
        for name in (names[index] for index in indices):
            shutil.copyfile(folders[vendor] / name, output / part / name)
        print(f"{part}: {len(indices)} images")
    test = sorted(names[index] for index in order[:held_out])
    a, b = (np.stack([pixels(folder / name) for name in test]) for folder in folders)
    print(f"root mean square difference of true pairs {np.sqrt(((a - b) ** 2).mean()):.3f}")
    for direction, (queries, truths) in {"a to b": (a, b), "b to a": (b, a)}.items():
        first, five = retrieval(queries, truths)
        print(f"unchanged, {direction}: partner nearest {100 * first:.1f} %, among the five nearest {100 * five:.1f} %")


main()
