#!/usr/bin/env python3
"""Makes the seeds that are not plain text: small pictures and frames, requests, a model file.

Needs Pillow. The seeds are committed; run this only to add some.
"""

import io
from pathlib import Path

from PIL import Image

SEEDS = Path(__file__).parent / "seeds"
MODEL = Path(__file__).parents[2] / "models" / "labels-en-int8.onnx"


def write(target, name, content):
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def picture(mode, width, height):
    """A slope from corner to corner, with another in each colour."""
    image = Image.new("RGB", (width, height))
    image.putdata([(x * 255 // width, y * 255 // height, x * y * 7 % 256) for y in range(height) for x in range(width)])
    return image.convert(mode)


def file(image, kind, **options):
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def without_tables(jpeg):
    """A JPEG picture as some cameras send it, without Huffman tables."""
    kept, rest = jpeg[:2], jpeg[2:]
    while rest[1] != 0xDA:
        end = 2 + int.from_bytes(rest[2:4], "big")
        if rest[1] != 0xC4:
            kept += rest[:end]
        rest = rest[end:]
    return kept + rest


def jpegs():
    colour, grey = picture("RGB", 24, 16), picture("L", 16, 16)
    exif = Image.Exif()
    exif[0x0112] = 6
    return {
        "grey.jpg": file(grey, "JPEG", quality=50),
        "colour-420.jpg": file(colour, "JPEG", quality=50, subsampling=2),
        "colour-422.jpg": file(colour, "JPEG", quality=50, subsampling=1),
        "colour-444.jpg": file(colour, "JPEG", quality=50, subsampling=0),
        "restarts.jpg": file(colour, "JPEG", quality=50, restart_marker_blocks=1),
        "own-tables.jpg": file(colour, "JPEG", quality=50, optimize=True),
        "progressive.jpg": file(colour, "JPEG", quality=50, progressive=True),
        "progressive-grey.jpg": file(grey, "JPEG", quality=50, progressive=True),
        "cmyk.jpg": file(picture("CMYK", 16, 16), "JPEG", quality=50),
        "turned.jpg": file(colour, "JPEG", quality=50, exif=exif),
        "no-tables.jpg": without_tables(file(colour, "JPEG", quality=50)),
    }


def pictures():
    colour, palette = picture("RGB", 16, 8), picture("RGB", 16, 8).quantize(4)
    deep = Image.new("I;16", (16, 8))
    deep.putdata([at * 500 for at in range(128)])
    bits = picture("L", 16, 8).convert("1")
    return {
        "grey.png": file(picture("L", 16, 8), "PNG"),
        "colour.png": file(colour, "PNG"),
        "alpha.png": file(colour.convert("RGBA"), "PNG"),
        "grey-alpha.png": file(colour.convert("LA"), "PNG"),
        "palette.png": file(palette, "PNG", transparency=0),
        "deep.png": file(deep, "PNG"),
        "bits.png": file(bits, "PNG"),
        "colour.bmp": file(colour, "BMP"),
        "alpha.bmp": file(colour.convert("RGBA"), "BMP"),
        "palette.bmp": file(palette, "BMP"),
        "bits.bmp": file(bits, "BMP"),
    }


def requests():
    host, token = "Host: localhost\r\n", "0123456789abcdef"
    end = "\r\n"
    return {
        "readings": f"GET /readings?limit=3 HTTP/1.1\r\n{host}{end}",
        "health": f"GET /healthz HTTP/1.1\r\n{host}Connection: close\r\n{end}",
        "metrics": f"HEAD /metrics HTTP/1.0\r\n{host}{end}",
        "stream": f"GET /readings HTTP/1.1\r\n{host}Accept: text/event-stream\r\nLast-Event-ID: b007-3\r\n{end}",
        "two": f"GET /readings/stream HTTP/1.1\r\n{host}{end}GET /snapshot.jpg HTTP/1.1\r\n{host}{end}",
        "body": f"POST /readings HTTP/1.1\r\n{host}Content-Length: 3\r\n{end}abc",
        "chunks": f"GET / HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n{end}1\r\na\r\n0\r\n{end}",
        "bearer": f"!GET /metrics HTTP/1.1\r\nAuthorization: Bearer {token}\r\n{end}",
        "query": f"!GET /readings?token={token}&limit=1 HTTP/1.1\r\n{end}",
        "no-token": f"!GET /readings HTTP/1.1\r\n{host}{end}",
    }


def varint(value):
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def field(number, content):
    """A field of a protocol buffer: a number, or bytes."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def contract():
    """The contract in the metadata of the shipped model."""
    content = MODEL.read_bytes()
    start = content.index(b'{"format":1')
    return content[start : content.index(b"}", content.rindex(b'"float-layers"')) + 1]


def model(contract):
    """An ONNX file of one node and one tensor, with a contract."""
    node = field(1, b"x") + field(2, b"y") + field(4, b"Relu")
    tensor = field(1, 2) + field(2, 1) + field(8, b"w") + field(9, bytes(8))
    graph = field(1, node) + field(5, tensor) + field(11, field(1, b"x")) + field(12, field(1, b"y"))
    metadata = field(14, field(1, b"labelcam.spec") + field(2, contract))
    return field(1, 8) + field(7, graph) + metadata


def main():
    frames = jpegs()
    for name, content in frames.items():
        write("frame", name, content)
    for number in range(7):
        write("frame", f"raw-{number}", bytes([number, 4, 2, number % 2]) + bytes(range(40)))
    for name, content in pictures().items():
        write("image", name, content)
    write("split", "two.mjpeg", frames["grey.jpg"] + bytes(9) + frames["no-tables.jpg"])
    write("split", "lost.mjpeg", b"none" + frames["grey.jpg"][:300] + frames["turned.jpg"])
    for name, content in requests().items():
        write("http", name, content.encode())
    write("spec", "contract", contract())
    write("spec", "model.onnx", model(contract()))


if __name__ == "__main__":
    main()
