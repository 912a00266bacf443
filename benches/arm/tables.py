"""The tables of measure.py: for people, as Markdown, or all of it as JSON."""

import json
import statistics

CPUS = {"cortex-a72": "Cortex-A72 (no dot product)", "cortex-a76": "Cortex-A76 (dot product)"}
OPERATORS_SHOWN = 10
HEAD = ["model", "bytes", "line", "labelcam", "its network", "ONNX Runtime", "ratio"]


def report(args, jobs, by_cpu):
    if args.json:
        counts = {cpu: [result for result in boots] for cpu, boots in by_cpu.items()}
        print(json.dumps({"jobs": jobs, "kernels": args.kernels, "counts": counts}))
        return
    for cpu, boots in by_cpu.items():
        head(args, f"{CPUS[cpu]}: millions of instructions a line")
        table(args.markdown, [HEAD, *(row(job, boots) for job in jobs)])
        if len(boots) > 1:
            print(f"\nLargest difference between {len(boots)} boots: {100 * spread(boots):.3f} %.")
    print("\nlabelcam: grey picture to text. Its network and ONNX Runtime: the network alone, and their ratio.")
    if any(job["kind"] == "ort-int8" for job in jobs):
        print("ort-int8: what ONNX Runtime's own quantizer makes of the float model.")
    for cpu, boots in by_cpu.items():
        for job in jobs:
            operators(args, CPUS[cpu], job, boots[0][job["name"]])


def head(args, text):
    print(f"\n{'### ' if args.markdown else ''}{text}\n")


def table(markdown, rows):
    """Rows of text, the first one the head; the first column to the left, the others to the right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for index, row in enumerate(rows):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]
        print("| " + " | ".join(cells) + " |" if markdown else "  ".join(cells).rstrip())
        if index == 0:
            rules = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
            print("| " + " | ".join(rules) + " |" if markdown else "  ".join("-" * width for width in widths))


def row(job, boots):
    results = [boot[job["name"]] for boot in boots]
    if any("error" in result for result in results):
        return [job["name"], str(job["bytes"]), "", "", "", "", "failed"]
    of = {key: statistics.median(result[key] for result in results) for key in figures(results[0])}
    theirs = of["onnxruntime"]
    ours = [f"{of['labelcam']:.1f}", f"{of['labelcam_network']:.1f}"] if job["labelcam"] else ["-", "-"]
    ratio = f"{of['labelcam_network'] / theirs:.3f}" if job["labelcam"] else "-"
    return [job["name"], str(job["bytes"]), f"{results[0]['columns']} columns", *ours, f"{theirs:.1f}", ratio]


def figures(result):
    return [key for key in ("labelcam", "labelcam_network", "onnxruntime") if key in result]


def spread(boots):
    """The largest relative difference of any figure between boots."""
    found = 0.0
    for name, first in boots[0].items():
        for key in figures(first):
            values = [boot[name][key] for boot in boots if key in boot[name]]
            found = max(found, (max(values) - min(values)) / min(values))
    return found


def operators(args, cpu, job, result):
    if "operators" not in result:
        return
    head(args, f"{job['name']} on {cpu}: labelcam's operators")
    shown = result["operators"][:OPERATORS_SHOWN]
    rows = [[f"{kind} {node}", f"{count:.2f} M", f"{100 * share:.1f} %"] for kind, node, count, share in shown]
    table(args.markdown, [["operator", "instructions", "share"], *rows])
