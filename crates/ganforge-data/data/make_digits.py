"""Make the two embedded IDX files from scikit-learn's digits table.

    python make_digits.py digits.csv.gz

Each line of the table holds 64 pixels (0 to 16, row by row) and the digit. The output is byte for
byte the same on every machine: the gzip headers carry no time and no name.
"""

import csv
import gzip
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).parent


def write(name: str, content: bytes) -> None:
    (HERE / name).write_bytes(gzip.compress(content, compresslevel=9, mtime=0))


with gzip.open(sys.argv[1], "rt") as table:
    rows = [[int(float(cell)) for cell in row] for row in csv.reader(table)]

pixels = bytes(value for row in rows for value in row[:64])
labels = bytes(row[64] for row in rows)
write("digits-images-idx3-ubyte.gz", struct.pack(">IIII", 0x803, len(rows), 8, 8) + pixels)
write("digits-labels-idx1-ubyte.gz", struct.pack(">II", 0x801, len(rows)) + labels)
