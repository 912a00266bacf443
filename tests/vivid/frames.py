#!/usr/bin/env python3
"""Makes frames of 640x480 pixels, each with a line of text, as vivid's output takes them.

Usage: frames.py FOLDER LINE.pgm...

For each line NAME.grey is written; for the first also NAME.FORMAT for every other format.
"""
import sys
from pathlib import Path

WIDTH, HEIGHT = 640, 480
# Where the line's top left corner is. run-checks.sh has the region around it.
LEFT, TOP = 56, 48


def line(path):
    """Width, height and rows of a picture that labelcam wrote: a header of three lines, then a byte a pixel."""
    kind, size, most, pixels = path.read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    assert (kind, most, len(pixels)) == (b"P5", b"255", width * height), path
    return [pixels[row * width : (row + 1) * width] for row in range(height)]


def frame(rows):
    """A frame of the line's own ground, with the line in it."""
    page = bytearray(rows[0][:1] * (WIDTH * HEIGHT))
    for number, row in enumerate(rows, TOP):
        start = number * WIDTH + LEFT
        page[start : start + len(row)] = row
    return bytes(page)


def interleaved(*planes):
    """The first bytes of all planes, then the second of all, and so on."""
    mixed = bytearray(len(planes) * len(planes[0]))
    for number, plane in enumerate(planes):
        mixed[number :: len(planes)] = plane
    return bytes(mixed)


def formats(grey):
    """A frame in every format: grey is luma, or the same red, green and blue."""
    colourless = bytes([128]) * len(grey)
    return {
        "yuyv": interleaved(grey, colourless),
        "nv12": grey + colourless[: len(grey) // 2],
        "yuv420": grey + colourless[: len(grey) // 2],
        "y16": interleaved(bytes(len(grey)), grey),
        "rgb24": interleaved(grey, grey, grey),
        "bgr24": interleaved(grey, grey, grey),
    }


def main(folder, *lines):
    for number, path in enumerate(map(Path, lines)):
        grey = frame(line(path))
        made = {"grey": grey} if number else {"grey": grey, **formats(grey)}
        for name, content in made.items():
            (Path(folder) / f"{path.stem}.{name}").write_bytes(content)


if __name__ == "__main__":
    main(*sys.argv[1:])
