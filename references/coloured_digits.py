#!/usr/bin/env python3
"""Write MNIST's first training images as PNG files of 32×32 pixels, each digit in one of six colours.

The folder is an example of a user's own images: docs/results.md shows what `folder-dcgan` makes of it.

    python references/coloured_digits.py MNIST_FOLDER OUT_FOLDER [COUNT]
"""

import colorsys
import gzip
import pathlib
import random
import struct
import sys
import zlib

SIDE, PADDING = 28, 2


def png(rows: list[bytes]) -> bytes:
    """An RGB image, given as rows of bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", len(rows[0]) // 3, len(rows), 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def coloured(pixels: bytes, colours: random.Random) -> bytes:
    """A digit in ink of one of six hues on white paper."""
    ink = colorsys.hsv_to_rgb(colours.randrange(6) / 6, 0.9, 0.75)
    side = SIDE + 2 * PADDING
    rows = []
    for y in range(side):
        row = bytearray()
        for x in range(side):
            inside = PADDING <= y < PADDING + SIDE and PADDING <= x < PADDING + SIDE
            share = pixels[(y - PADDING) * SIDE + x - PADDING] / 255 if inside else 0.0
            row += bytes(round(255 * (1 + share * (i - 1))) for i in ink)
        rows.append(bytes(row))
    return png(rows)


def main() -> None:
    mnist, out = map(pathlib.Path, sys.argv[1:3])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 10_000
    with gzip.open(mnist / "train-images-idx3-ubyte.gz") as file:
        images = file.read()[16:]
    out.mkdir(parents=True, exist_ok=True)
    colours = random.Random(0)
    for index in range(count):
        pixels = images[index * SIDE * SIDE : (index + 1) * SIDE * SIDE]
        (out / f"{index:05}.png").write_bytes(coloured(pixels, colours))


if __name__ == "__main__":
    main()
