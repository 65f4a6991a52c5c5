"""`python -m tests.mutants`: breaks the product in small ways, one by one, and shows which test notices."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from ieum_lab.embedded.signals import unwinding
from tests.mutants.copying import copied_tree
from tests.mutants.every import MUTANTS
from tests.mutants.mutant import Mutant
from tests.mutants.running import Fate, Result, UntestedError, check_tests, try_all

FINE = (Fate.KILLED, Fate.EXPLAINED)
WRITE = sys.stdout.write


def main() -> int:
    """Try the mutants that the arguments name, or all; 0 when each that survives is explained."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("mutant", nargs="*", help="only these; a part of the name or of its file is enough")
    parser.add_argument("--json", action="store_true", help="one line of JSON a mutant")
    parser.add_argument("--table", action="store_true", help="the results as a table for docs/mutants.md")
    parser.add_argument("--list", action="store_true", help="name them, and try none")
    parser.add_argument(
        "--unchecked", action="store_true", help="believe that the tests pass without mutants"
    )
    arguments = parser.parse_args()
    chosen = _chosen(arguments.mutant)
    if not chosen:
        parser.error("There is no mutant of this name.")
    if arguments.list:
        WRITE("".join(f"{each.name}\n" for each in chosen))
        return 0
    with unwinding():
        try:
            results = _tried(chosen, arguments)
        except UntestedError as error:
            sys.stderr.write(f"The tests fail without any mutant:\n{error}\n")
            return 1
    if arguments.table:
        WRITE(table(results))
    if not arguments.json:
        WRITE(summary(results) + "\n")
    return 0 if all(each.fate in FINE for each in results) else 1


def _chosen(words: Sequence[str]) -> list[Mutant]:
    every = list(MUTANTS.values())
    return [m for m in every if not words or any(word in m.name or word in m.file for word in words)]


def _tried(chosen: Sequence[Mutant], arguments: argparse.Namespace) -> list[Result]:
    results: list[Result] = []
    with copied_tree() as copy:
        if not arguments.unchecked:
            seconds = check_tests(copy, chosen)
            sys.stderr.write(f"without any mutant the tests pass, in {seconds:.0f} s\n")
        for number, result in enumerate(try_all(copy, chosen), 1):
            results.append(result)
            line = json.dumps(asdict(result)) if arguments.json else _line(result, number, len(chosen))
            if not arguments.table:
                WRITE(line + "\n")
                sys.stdout.flush()
    return results


def _line(result: Result, number: int, of: int) -> str:
    return f"{number:3}/{of} {result.fate:9} {result.seconds:4.0f} s  {result.name}: {result.by}"


def summary(results: Sequence[Result]) -> str:
    """Count the mutants by what became of them."""
    counts = {fate: sum(each.fate is fate for each in results) for fate in Fate}
    share = 100 * counts[Fate.KILLED] / len(results)
    told = ", ".join(f"{count} {fate}" for fate, count in counts.items() if count)
    return f"{len(results)} mutants: {told}; {share:.1f} % killed"


def table(results: Sequence[Result]) -> str:
    """Return the results as Markdown."""
    rows = (f"| {r.name} | {MUTANTS[r.name].file} | {r.fate} | {r.by} |\n" for r in results)
    return "| mutant | file | fate | by, or why |\n| --- | --- | --- | --- |\n" + "".join(rows)


if __name__ == "__main__":
    sys.exit(main())
