"""What clerkform costs, as ratios to a floor measured side by side on the same machine.

    python benchmarks/engine.py [--rounds 7] [--identifiers 100000]

Every figure is a median over rounds in which the thing and its floor take turns. Machines differ
and are noisy: compare ratios, not seconds.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


def seconds(argv: list[str], cwd: str | None = None) -> float:
    start = time.perf_counter()
    subprocess.run(argv, check=True, capture_output=True, cwd=cwd)
    return time.perf_counter() - start


def ratio(
    thing: Callable[[], float], floor: Callable[[], float], rounds: int
) -> tuple[float, float]:
    """The median of thing / floor, and of thing alone in seconds."""
    pairs = [(thing(), floor()) for _ in range(rounds)]
    return statistics.median(a / b for a, b in pairs), statistics.median(a for a, _ in pairs)


def start_up(rounds: int) -> None:
    python = sys.executable
    version = [python, "-m", "clerkform", "--version"]
    click = [python, "-c", "import click"]
    found, alone = ratio(lambda: seconds(version), lambda: seconds(click), rounds)
    print(f"--version                 {found:5.2f} x import click            ({alone:.3f} s)")
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"  - {{name: t{n}, lifetime: 60, claims: {{aud: a}}}}" for n in range(100)]
        Path(folder, "m.yaml").write_text("jwt_templates:\n" + "\n".join(lines) + "\n")
        validate = [python, "-m", "clerkform", "-C", folder, "validate"]
        floor = [python, "-c", "import click, pydantic, yaml"]
        found, alone = ratio(lambda: seconds(validate), lambda: seconds(floor), rounds)
    print(f"validate, 100 templates   {found:5.2f} x import click, pydantic, yaml ({alone:.3f} s)")


MANY = """
import gc, json, resource, sys, time, yaml
from clerkform.desired import desired_state
from clerkform.diagnostics import Source, collecting
from clerkform.diff.actions import diff
from clerkform.diff.deletions import Rules
from clerkform.diff.match import match
from clerkform.kinds import KINDS
from clerkform.live.state import Live, decode
from clerkform.plan.build import build_plan
from clerkform.manifest.parse import parse
from clerkform.manifest.values import Scope
gc.set_threshold(200_000, 50, 50)  # as the command line does
n = int(sys.argv[1])
text = "allowlist_identifiers:\\n" + "".join(f"  - user{i}@example.com\\n" for i in range(n))
body = json.dumps([{"id": f"alid_{i:027d}", "identifier": f"user{i}@example.com"} for i in range(n)])
start = time.perf_counter()
if sys.argv[2] == "floor":
    yaml.compose(text, Loader=yaml.CSafeLoader), json.loads(body)
else:
    with collecting() as problems:
        node = parse(Source("m.yaml", text), problems)
        desired = desired_state([node], [], KINDS, Scope({}, lambda path, span: None), problems)
    live = Live().with_(decode(KINDS["allowlist_identifiers"], json.loads(body)))
    matched = match(desired, live, KINDS, problems)
    plan = build_plan(diff(matched, live, KINDS, Rules(), problems))
    assert not plan.pending and len(plan.actions) == n
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def many(count: int, rounds: int) -> None:
    def run(what: str, n: int) -> tuple[float, int]:
        argv = [sys.executable, "-c", MANY, str(n), what]
        took, memory = subprocess.run(
            argv, check=True, capture_output=True, text=True
        ).stdout.split()
        return float(took), int(memory)

    pairs = [(run("plan", count), run("floor", count)) for _ in range(rounds)]
    found = statistics.median(a[0] / b[0] for a, b in pairs)
    alone = statistics.median(a[0] for a, _ in pairs)
    memory = max(a[1] for a, _ in pairs) // (1024 if sys.platform != "darwin" else 1024**2)
    tenth = statistics.median(run("plan", count // 10)[0] for _ in range(rounds))
    print(
        f"{count} identifiers       {found:5.2f} x libyaml compose + json.loads"
        f" ({alone:.2f} s, {memory} MB; {alone / tenth:.1f} x a tenth of them)"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--identifiers", type=int, default=100_000)
    asked = options.parse_args()
    start_up(asked.rounds)
    many(asked.identifiers, max(3, asked.rounds // 2))


if __name__ == "__main__":
    main()
