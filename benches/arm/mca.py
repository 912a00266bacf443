#!/usr/bin/env python3
"""Cuts the inner loops of the NEON kernels out of a disassembly and has llvm-mca analyse them. Started by mca.sh."""

import re
import subprocess
import sys

from tables import table

KERNEL = re.compile(r"^[0-9a-f]+ <labelcam::engine::kernel::neon::(\w+)")
FUNCTION = re.compile(r"^[0-9a-f]+ <.*>:$")
INSTRUCTION = re.compile(r"^\s+([0-9a-f]+):\s+(\S+)\s*(.*?)(?:\s+//.*)?$")
BRANCH = re.compile(r"^(b\.\w+|cbn?z|tbn?z|b)$")
TARGET = re.compile(r"\b(?:0x)?([0-9a-f]+) <[^>]*>$")
# Multiply-adds of an instruction: four floats; eight bytes widened; four sums of four bytes.
MULTIPLY_ADDS = {"fmla": 4, "smull": 8, "smull2": 8, "smlal": 8, "smlal2": 8, "sdot": 16}
# LLVM has no model of the Cortex-A76 itself; the Neoverse N1 is the same core for servers.
CORES = {"Cortex-A72": "cortex-a72", "Cortex-A76": "neoverse-n1"}
ITERATIONS = 1000
HEAD = ["kernel", "core", "instructions", "multiply-adds", "cycles", "instructions/cycle", "multiply-adds/cycle"]


def main():
    mca, markdown = sys.argv[1], "--markdown" in sys.argv[2:]
    rows = []
    for name, instructions in kernels(sys.stdin).items():
        loop = max(inner_loops(instructions), key=multiply_adds, default=[])
        work = multiply_adds(loop)
        if work == 0:
            continue
        for core, cpu in CORES.items():
            if name == "sdot" and core == "Cortex-A72":
                continue
            cycles, ipc = analysed(mca, cpu, loop)
            peak = f"{work / cycles:.1f}"
            rows.append([name, core, str(len(loop)), str(work), f"{cycles:.1f}", ipc, peak])
    if not rows:
        sys.exit("mca: no kernel was found: is this an aarch64 program with its symbols?")
    table(markdown, [HEAD, *rows])


def kernels(lines):
    """{kernel: [(address, mnemonic, operands)]}."""
    found, current = {}, None
    for line in lines:
        if FUNCTION.match(line):
            kernel = KERNEL.match(line)
            current = found.setdefault(kernel[1], []) if kernel else None
        elif current is not None and (instruction := INSTRUCTION.match(line)):
            current.append((int(instruction[1], 16), instruction[2], instruction[3]))
    return found


def inner_loops(instructions):
    """Each stretch from the target of a backward branch to the branch that holds no other such branch."""
    at = {address: index for index, (address, _, _) in enumerate(instructions)}
    loops = []
    for index, (address, mnemonic, operands) in enumerate(instructions):
        target = BRANCH.match(mnemonic) and TARGET.search(operands)
        if target and int(target[1], 16) <= address and int(target[1], 16) in at:
            loops.append((at[int(target[1], 16)], index))
    inner = [loop for loop in loops if not any(o != loop and loop[0] <= o[0] and o[1] <= loop[1] for o in loops)]
    return [instructions[start : end + 1] for start, end in inner]


def multiply_adds(loop):
    return sum(MULTIPLY_ADDS.get(mnemonic, 0) for _, mnemonic, _ in loop)


def analysed(mca, cpu, loop):
    """Cycles of one turn of the loop, and instructions a cycle."""
    # The loop's branches go to its own start: where to does not matter to the analysis.
    text = [f"{mnemonic} {TARGET.sub('loop', operands)}" for _, mnemonic, operands in loop]
    command = [mca, "-mtriple=aarch64", f"-mcpu={cpu}", "-mattr=+dotprod", f"-iterations={ITERATIONS}"]
    done = subprocess.run(command, input="loop:\n" + "\n".join(text), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"mca: llvm-mca cannot read the loop:\n{done.stderr}")
    total = int(re.search(r"Total Cycles:\s+(\d+)", done.stdout)[1])
    return total / ITERATIONS, re.search(r"IPC:\s+([\d.]+)", done.stdout)[1]


if __name__ == "__main__":
    main()
