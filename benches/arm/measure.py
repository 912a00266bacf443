#!/usr/bin/env python3
"""Instructions a line on Cortex-A72 and Cortex-A76: labelcam beside ONNX Runtime, counted in QEMU. Started by run.sh.

QEMU with -icount shift=0,sleep=off advances the guest's clock by a nanosecond for each instruction, so times in the
guest are counts, of the kernel's work as well (page faults, timer). Nothing in the guest depends on the machine
outside.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from tables import report

CPUS = {"cortex-a72": "Cortex-A72", "cortex-a76": "Cortex-A76"}
MARK = "COUNTED "
HERE = pathlib.Path(__file__).resolve().parent


def main():
    args = arguments()
    jobs = [job for model in args.models for job in jobs_of(model)]
    environment = {"LABELCAM_KERNELS": args.kernels} if args.kernels else {}
    plan = {"jobs": jobs, "seconds": args.thousand_millions, "environment": environment}
    with tempfile.TemporaryDirectory() as folder:
        archive = pathlib.Path(folder) / "bench.cpio"
        pack(archive, plan, args.labelcam)
        boots = [cpu for cpu in args.cpus for _ in range(args.boots)]
        progress(f"{len(boots)} boots with {len(jobs)} models each, {args.parallel} at a time")
        with concurrent.futures.ThreadPoolExecutor(args.parallel) as pool:
            results = list(pool.map(lambda cpu: boot(args, cpu, archive), boots))
    by_cpu = {cpu: [result for of, result in zip(boots, results) if of == cpu] for cpu in args.cpus}
    report(args, jobs, by_cpu)
    if failed := [f"{job}: {error}" for result in results for job, error in errors(result)]:
        sys.exit("arm: " + "\n".join(failed))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL[:PX]", help="ONNX model and the width of its line (200)")
    parser.add_argument("--labelcam", required=True, help="the program, for aarch64")
    parser.add_argument("--guest", required=True, type=pathlib.Path, help="the folder that guest.sh made")
    parser.add_argument("--cpus", nargs="+", choices=CPUS, default=list(CPUS), help="processors to count on (both)")
    parser.add_argument("--boots", type=int, default=1, help="boots of each; from 2 on the spread is shown (1)")
    parser.add_argument("--parallel", type=int, default=os.cpu_count(), help="boots at a time (one a processor)")
    parser.add_argument(
        "--thousand-millions", type=float, default=0.5, help="instructions for each figure, at least one line (0.5)"
    )
    parser.add_argument("--kernels", default=os.environ.get("LABELCAM_KERNELS"), help="labelcam's kernels, by name")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--markdown", action="store_true", help="print tables for a README")
    args = parser.parse_args()
    if args.boots < 1 or args.parallel < 1 or args.thousand_millions <= 0:
        parser.error("--boots and --parallel must be 1 or more, --thousand-millions above 0")
    return args


def jobs_of(argument):
    """A model, and beside it the int8 ones of the same name: ours, and what ONNX Runtime's quantizer makes."""
    name, _, width = argument.partition(":")
    path = pathlib.Path(name)
    rows = [(path, "float", True)]
    rows.append((path.with_name(f"{path.stem}-int8.onnx"), "int8", True))
    rows.append((path.with_name(f"{path.stem}-ort-int8.onnx"), "ort-int8", False))
    jobs = []
    for path, kind, ours in rows:
        if kind == "float" or path.is_file():
            width_px = int(width or 200)
            jobs.append({"name": path.stem, "model": path.name, "path": str(path), "kind": kind, "width": width_px})
            jobs[-1] |= {"float": rows[0][0].stem, "labelcam": ours, "bytes": path.stat().st_size}
    return jobs


def pack(archive, plan, labelcam):
    """The archive that the kernel unpacks after root.cpio: program, models and jobs in /bench."""
    with tempfile.TemporaryDirectory() as folder:
        bench = pathlib.Path(folder) / "bench"
        bench.mkdir()
        link(HERE / "guest.py", bench / "guest.py")
        link(labelcam, bench / "labelcam")
        for job in plan["jobs"]:
            link(job["path"], bench / job["model"])
        (bench / "jobs.json").write_text(json.dumps(plan), encoding="utf-8")
        names = "\n".join(["bench", *sorted(f"bench/{path.name}" for path in bench.iterdir())])
        command = ["cpio", "--quiet", "--create", "--dereference", "--format=newc", "--owner=0:0"]
        with open(archive, "wb") as file:
            subprocess.run(command, check=True, cwd=folder, input=names.encode(), stdout=file)


def link(source, to):
    if to.exists():
        sys.exit(f"arm: two models are called {to.name}: rename one")
    os.symlink(os.path.abspath(source), to)


def boot(args, cpu, archive):
    """Boots a guest and gives what it counted: {job: result}."""
    with tempfile.NamedTemporaryFile(suffix=".cpio") as initrd:
        for part in (args.guest / "root.cpio", archive):
            with open(part, "rb") as file:
                while block := file.read(1 << 20):
                    initrd.write(block)
        initrd.flush()
        results, console, status = follow(qemu(args.guest, cpu, initrd.name), cpu)
    if status or {"end": True} not in results:
        sys.exit(f"arm: the guest on {cpu} did not come to its end:\n" + "".join(console[-20:]))
    return {result.pop("job"): result for result in results if "job" in result}


def follow(command, cpu):
    """Runs the guest; gives its results, what else its console said, and the exit status."""
    results, console = [], []
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, errors="replace", **streams) as guest:
        for line in guest.stdout:
            if not line.startswith(MARK):
                console.append(line)
                continue
            results.append(json.loads(line[len(MARK) :]))
            if "job" in results[-1]:
                progress(f"{CPUS[cpu]}: {results[-1]['job']} done")
    return results, console, guest.returncode


def qemu(guest, cpu, initrd):
    # One processor without a source of chance: no seeds, addresses always the same, a clock that starts where it did.
    return [
        *("qemu-system-aarch64", "-M", "virt,dtb-randomness=off", "-cpu", cpu, "-smp", "1", "-m", "2048"),
        *("-icount", "shift=0,sleep=off", "-rtc", "base=2000-01-01,clock=vm"),
        *("-nodefaults", "-nographic", "-serial", "stdio", "-no-reboot"),
        *("-kernel", str(guest / "Image"), "-initrd", initrd),
        *("-append", "console=ttyAMA0 quiet panic=-1 nokaslr norandmaps"),
    ]


def errors(result):
    return [(job, counts["error"]) for job, counts in result.items() if "error" in counts]


def progress(text):
    print(f"arm: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
