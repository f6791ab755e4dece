#!/usr/bin/env python3
"""Features and logits of the Inception-v3 that Fréchet distances are measured with, by torchvision's architecture in float64, for ganforge-eval's tests.

usage: inception.py > inception.json
       inception.py --names inception.pth.gz     every tensor by name and shape, a few kilobytes: what the tests check names, shapes and format with
       inception.py --weights FILE               the generated weights at full size, in the format of the released file
       inception.py --images FILE FOLDER         features and logits of image files, as pytorch-fid computes them with such a FILE

The released weights are 96 MB and cannot be had everywhere, so the network here has weights that anybody can generate: every element is a hash
of its tensor's name and its place. The architecture is torchvision's with the blocks that the package pytorch-fid patches. Needs torch,
torchvision and pytorch-fid. Deterministic.
"""
import argparse
import gzip
import io
import json
import math
import pathlib
import sys

import numpy as np
import torch
import torchvision
from pytorch_fid import inception as fid

CLASSES = 1008
SIZES = [(1, 28, 28), (3, 32, 32), (3, 299, 299)]
# Which of the 2048 features and 1008 logits are stored.
EVERY = 16


def network(state=None):
    """pytorch-fid's `fid_inception_v3`, without its download."""
    net = torchvision.models.inception_v3(num_classes=CLASSES, aux_logits=False, weights=None, init_weights=False)
    for name, block in [
        ("Mixed_5b", fid.FIDInceptionA(192, pool_features=32)),
        ("Mixed_5c", fid.FIDInceptionA(256, pool_features=64)),
        ("Mixed_5d", fid.FIDInceptionA(288, pool_features=64)),
        ("Mixed_6b", fid.FIDInceptionC(768, channels_7x7=128)),
        ("Mixed_6c", fid.FIDInceptionC(768, channels_7x7=160)),
        ("Mixed_6d", fid.FIDInceptionC(768, channels_7x7=160)),
        ("Mixed_6e", fid.FIDInceptionC(768, channels_7x7=192)),
        ("Mixed_7b", fid.FIDInceptionE_1(1280)),
        ("Mixed_7c", fid.FIDInceptionE_2(2048)),
    ]:
        setattr(net, name, block)
    net.load_state_dict(generated(net) if state is None else state)
    return net.double().eval()


def mixed(seed, count):
    """`count` numbers in [-1, 1): the 24 upper bits of splitmix64's hash of each place, as in metrics.py."""
    value = (np.uint64(seed) << np.uint64(32)) + np.arange(count, dtype=np.uint64)
    value += np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    value ^= value >> np.uint64(31)
    return (value >> np.uint64(40)).astype(np.float64) / 2.0**23 - 1


def seed(name):
    """FNV-1a, 32 bits."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def elements(name, shape):
    count = math.prod(shape)
    u = mixed(seed(name), count)
    if name.endswith("running_mean") or name.endswith("bias"):
        u = u / 4
    elif name.endswith("bn.weight"):
        u = 1 + u / 4
    elif name.endswith("running_var"):
        u = 1 + u / 2
    else:
        # He's bound for a convolution, so that activations keep their scale.
        u = u * math.sqrt(6 / math.prod(shape[1:]))
    return u.astype(np.float32).reshape(shape)


def generated(net):
    def tensor(name, like):
        return like.clone().zero_() if like.ndim == 0 else torch.from_numpy(elements(name, tuple(like.shape)))

    return {name: tensor(name, like) for name, like in net.state_dict().items()}


def image(channels, height, width):
    """Bytes that vary slowly, with a little noise."""
    place = np.arange(channels * height * width).reshape(channels, height, width)
    channel, row, column = np.indices((channels, height, width))
    # Integers only: the same bytes on every machine.
    waves = (row * 640 // height * (channel + 2) + column * 896 // width * (3 - channel)) % 512
    return np.abs(waves - 256).clip(0, 239).astype(np.uint8) + (place * 40503 % 65536 // 4096).astype(np.uint8)


def judged(net, batch):
    """Features and logits without bias of images in [0, 1], preprocessed as in pytorch-fid."""
    seen = []
    net.avgpool.register_forward_hook(lambda module, inputs, output: seen.append(output.flatten(1)))
    batch = batch if batch.shape[1] == 3 else batch.expand(-1, 3, -1, -1)
    batch = torch.nn.functional.interpolate(batch, size=(299, 299), mode="bilinear", align_corners=False)
    with torch.no_grad():
        net(2 * batch - 1)
    return seen[0], seen[0] @ net.fc.weight.T.detach()


def reference():
    net = network()
    cases = []
    for size in SIZES:
        batch = torch.from_numpy(image(*size)).double()[None] / 255
        features, logits = judged(net, batch)
        features, logits = features[0], logits[0]
        cases.append({
            "size": size,
            "features": features[::EVERY].tolist(),
            "logits": logits[::EVERY].tolist(),
            "largest_feature": features.max().item(),
            "sum_of_features": features.sum().item(),
            "largest_logit": logits.abs().max().item(),
            "log_sum_exp": logits.logsumexp(0).item(),
        })
    json.dump({"every": EVERY, "cases": cases}, sys.stdout, indent=1)
    print()


def names(path):
    """All tensors as views of one small storage: element (i, j, k, l) is number 2i + j + 5k + 3l of it."""
    storage = torch.arange(4096, dtype=torch.float32) / 4096
    state = network().float().state_dict()
    small = {
        name: torch.as_strided(storage, like.shape, [2, 1, 5, 3][: like.ndim]) if like.ndim else like
        for name, like in state.items()
    }
    file = io.BytesIO()
    torch.save(small, file, _use_new_zipfile_serialization=False)
    pathlib.Path(path).write_bytes(gzip.compress(file.getvalue(), mtime=0))


def of_images(weights, folder):
    from PIL import Image

    net = network(torch.load(weights))
    for path in sorted(pathlib.Path(folder).iterdir()):
        pixels = np.asarray(Image.open(path).convert("RGB")).transpose(2, 0, 1)
        features, logits = judged(net, torch.from_numpy(pixels.copy()).double()[None] / 255)
        print(json.dumps({"file": path.name, "features": features[0].tolist(), "logits": logits[0].tolist()}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--names")
    parser.add_argument("--weights")
    parser.add_argument("--images", nargs=2)
    arguments = parser.parse_args()
    if arguments.names:
        names(arguments.names)
    elif arguments.weights:
        torch.save(generated(network()), arguments.weights, _use_new_zipfile_serialization=False)
    elif arguments.images:
        of_images(*arguments.images)
    else:
        reference()


if __name__ == "__main__":
    main()
