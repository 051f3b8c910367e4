"""What the recording scripts share: read a library's cases, run the library itself, write the values back.

A script gives `run(case) -> dict` with the new `values` (and `momenta`, `values_group1`, `error` where they apply) for the
case's `steps`; everything else of the case stays as it is. `--random N` records N cases with arguments drawn from the
script's `RANDOM` table instead, into a file of their own, for comparing the engine with the library far from the known cases.
"""
import argparse
import json
import math
import pathlib
import random

GOLDEN = pathlib.Path(__file__).resolve().parents[1]


def plain(value):
    """A finite double as it is; the others as the strings that JSON has no numbers for."""
    value = float(value)
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return value


def failure(error, step=None):
    """The `error` of a case that ends before its last step, or at construction."""
    when = "construction" if step is None else f"step {step}"
    found = {"when": when, "type": type(error).__name__, "message": str(error)[:300]}
    return found if step is None else {**found, "step": step}


def walk(case, start):
    """Runs `start() -> (rate, advance)` through the case's steps; `rate()` is read before `advance(k)` makes step k + 1."""
    values, wanted, last = [], set(case["steps"]), max(case["steps"], default=-1)
    try:
        rate, advance = start()
    except Exception as error:
        return {"steps": [], "values": [], "error": failure(error)}
    for k in range(last + 1):
        if k in wanted:
            values.append(plain(rate()))
        try:
            if k < last:
                advance(k)
        except Exception as error:
            steps = [s for s in case["steps"] if s <= k]
            return {"steps": steps, "values": values[: len(steps)], "error": failure(error, k + 1)}
    return {"values": values}


def rewritten(library, run):
    """The library's file with every case recorded anew, and the largest relative change of a value."""
    path = GOLDEN / f"{library}.json"
    data = json.loads(path.read_text())
    largest, cases = 0.0, []
    for case in data["cases"]:
        new = {**case, **run(case)}
        for old, value in zip(case["values"], new["values"]):
            if isinstance(old, float) and isinstance(value, float) and old != value:
                largest = max(largest, abs(value - old) / max(abs(old), abs(value)))
        cases.append(new)
    return {**data, "cases": cases}, largest


def drawn(library, run, table, count, seed):
    """`count` cases with random arguments. `table`: callable -> {argument: list of values, or a function of the generator}."""
    choose = random.Random(seed)
    cases = []
    for index in range(count):
        name, ranges = choose.choice(sorted(table.items()))
        args = {}
        for key, values in ranges.items():
            value = values(choose) if callable(values) else choose.choice(values)
            if value is not ...:
                args[key] = value
        settings = {k: args.pop(k) for k in ("lr", "optimizer", "metrics") if k in args}
        steps = sorted(set(range(60)) | {choose.randrange(60, 700) for _ in range(80)})
        if "metrics" in settings:
            steps = list(range(len(settings["metrics"])))
        case = {"id": f"{library}.{name.rsplit('.', 1)[-1]}/random-{seed}-{index}", "callable": name, "base_lr": settings.pop("lr", 0.1),
                "args": args, "code": f"optim.{settings.pop('optimizer', 'SGD')}(", "unit": "step", "n": steps[-1] + 1,
                "steps": steps, **settings}
        cases.append({**case, **run(case)})
    return {"framework": library, "dtype": "float64", "cases": cases}


def write(path, data):
    """One case a line, so that a change of one case is a change of one line."""
    head = json.dumps({k: v for k, v in data.items() if k != "cases"}, ensure_ascii=False)[:-1]
    lines = ",\n".join(json.dumps(c, ensure_ascii=False, separators=(",", ":")) for c in data["cases"])
    pathlib.Path(path).write_text(f'{head}, "cases": [\n{lines}\n]}}\n')


def main(library, run, table=None):
    parser = argparse.ArgumentParser(description=f"Records the learning-rate curves of {library}.")
    parser.add_argument("--random", type=int, metavar="N", help="record N cases with random arguments")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", help="file to write; the recorded file itself when absent")
    options = parser.parse_args()
    if options.random:
        data = drawn(library, run, table or {}, options.random, options.seed)
        write(options.out or f"{library}-random.json", data)
        print(f"{library}: {len(data['cases'])} random cases")
        return
    data, largest = rewritten(library, run)
    write(options.out or GOLDEN / f"{library}.json", data)
    print(f"{library}: {len(data['cases'])} cases, largest relative change {largest:.1e}")
