"""What the recording scripts share: read a library's cases, run the library itself, compare or write what it gives.

A script gives `run(case) -> dict` with the new `values` (and `momenta`, `values_group1`, `error` where they apply) for the
case's `steps`; everything else of the case stays as it is. None: the case is another script's. Without options the values are compared with the recorded ones
and nothing is written. `--random N` records N cases with arguments drawn from the script's `RANDOM` table instead, into a
file of their own, for comparing the engine with the library far from the known cases.
"""
import argparse
import ast
import importlib.util
import json
import math
import os
import pathlib
import random
import re
import sys
import types

GOLDEN = pathlib.Path(__file__).resolve().parents[1]
SERIES = ("values", "momenta", "values_group1", "formula_values")


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
    values, wanted = [], set(case["steps"])
    last = case["raises"]["step"] if "raises" in case else max(case["steps"], default=-1)
    try:
        rate, advance = start()
    except Exception as error:
        return {"steps": [], "values": [], "error": failure(error)}
    for k in range(last + 1):
        try:
            if k in wanted:
                values.append(plain(rate()))
        except Exception as error:
            return ended(case, values, error, k)
        try:
            if k < last:
                advance(k)
        except Exception as error:
            return ended(case, values, error, k + 1)
    return {"values": values}


def ended(case, values, error, step):
    steps = [s for s in case["steps"] if s < step]
    return {"steps": steps, "values": values[: len(steps)], "error": failure(error, step)}


def each(case, rate):
    """The case's values where `rate(step)` answers any step by itself."""
    values = []
    for step in [*case["steps"], *([case["raises"]["step"]] if "raises" in case else [])]:
        try:
            values.append(plain(rate(step)))
        except Exception:
            return firstly(case, values, rate, step)
    return {"values": values[: len(case["steps"])]}


def firstly(case, values, rate, failed):
    """The case ended at the first step that raises: between two of its steps there may be others."""
    for step in range(max((s for s in case["steps"] if s < failed), default=-1) + 1, failed + 1):
        try:
            plain(rate(step))
        except Exception as error:
            return ended(case, values, error, step)
    return {"values": values}


def argument(value, call, **names):
    """A recorded argument as the library takes it: source text evaluated, a nested schedule built by `call(its name)`."""
    if isinstance(value, dict) and "$expr" in value:
        return eval(value["$expr"], {"math": math, **names})
    if isinstance(value, dict) and "$call" in value:
        return call(value["$call"])(**{k: argument(v, call, **names) for k, v in value["args"].items()})
    if isinstance(value, dict) and "$dict" in value:
        return dict(value["$dict"])
    return [argument(v, call, **names) for v in value] if isinstance(value, list) else value


def source(package, path, name=None, **stubs):
    """A module made of one file of an unpacked archive. `stubs`: modules that it imports and does not need, by their name
    with `__` for a dot: an object whose attributes stand in the module's place, or None for a module that has everything."""
    for stub, content in stubs.items():
        stand_in(stub.replace("__", "."), content)
    root = pathlib.Path(os.environ.get("RECORD_SOURCES", GOLDEN.parents[1] / ".cache" / "record" / "sources"))
    name = name or path[: -len(".py")].replace("/", ".")
    for end in (i for i, letter in enumerate(name) if letter == "."):
        stand_in(name[:end])
    spec = importlib.util.spec_from_file_location(name, root / package / path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def function_of(package, path, name, **around):
    """One function of a file whose other content is not wanted, with `around` as its globals."""
    root = pathlib.Path(os.environ.get("RECORD_SOURCES", GOLDEN.parents[1] / ".cache" / "record" / "sources"))
    tree = ast.parse((root / package / path).read_text())
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    tree.body[0].decorator_list, tree.body[0].returns = [], None
    for argument in tree.body[0].args.args:
        argument.annotation = None
    exec(compile(tree, path, "exec"), around)
    return around[name]


class Anything(types.ModuleType):
    """A module that has every name: calling one gives back what it was given, so that decorators do nothing."""

    __path__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **_: args[0] if args and callable(args[0]) else (lambda f: f)


def stand_in(name, content=None):
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        part = ".".join(parts[:end])
        if part not in sys.modules:
            sys.modules[part] = Anything(part)
            if end > 1:
                setattr(sys.modules[".".join(parts[: end - 1])], parts[end - 1], sys.modules[part])
    for key, value in vars(content).items() if content else []:
        if not key.startswith("__"):
            setattr(sys.modules[name], key, value)


def is_new(case):
    return not case["values"] and "error" not in case and "raises" not in case


def number(value):
    return float(value) if isinstance(value, str) else value


def change(old, new, single):
    """(largest relative difference, whether all is within the tolerance of the goldens, the first thing in words)."""
    if is_new(old):
        return 0.0, True, "new"
    largest, fine, words = 0.0, True, ""
    for key in SERIES:
        if key not in old or key not in new:
            continue
        before, after = [number(v) for v in old[key]], [number(v) for v in new[key]]
        peak = max((abs(v) for v in before if math.isfinite(v)), default=0.0)
        if len(before) != len(after):
            return math.inf, False, f"{len(after)} {key}, recorded {len(before)}"
        for step, a, b in zip(old["steps"], before, after):
            if a == b or (a != a and b != b) or step in old.get("fragile_steps", []):
                continue
            error = abs(a - b)
            relative = error / max(abs(a), abs(b)) if math.isfinite(a) and math.isfinite(b) else math.inf
            largest = max(largest, relative if abs(a) > 1e-6 * peak else error / peak if peak else math.inf)
            bound = 1e-6 * peak + 1e-4 * abs(a) if single else 1e-10 * peak
            if not error <= bound or (not single and abs(a) > 1e-6 * peak and relative > 1e-9):
                fine, words = False, words or f"{key} at {step}: {b!r}, recorded {a!r}"
    was, now = old.get("error"), new.get("error")
    if "raises" in old:
        was = {"type": old["raises"]["error"].split(":")[0]}
    if (was or {}).get("type") != (now or {}).get("type"):
        return math.inf, False, f"raises {now}, recorded {was}"
    return largest, fine, words


def recorded(library, run, only=""):
    """The library's file, as (data, its lines, [(case as it was, case recorded anew)])."""
    text = (GOLDEN / f"{library}.json").read_text()
    data = json.loads(text)
    pairs = []
    for old in data["cases"]:
        found = run(old) if only in old["id"] else None
        if found is None:
            pairs.append((old, old))
            continue
        if "error" in found and found["error"]["type"] == old.get("error", {}).get("type"):
            del found["error"]
        pairs.append((old, {**old, **found}))
    return data, text.splitlines(), pairs


def drawn(library, run, table, count, seed, dtype="float64"):
    """`count` cases with random arguments. `table`: callable -> {argument: list of values, or a function of
    the generator}; lr, optimizer and metrics are the case's own, `arg:lr` an argument of that name."""
    choose = random.Random(seed)
    cases = []
    for index in range(count):
        name, ranges = choose.choice(sorted(table.items()))
        args = {}
        for key, values in ranges.items():
            value = values(choose) if callable(values) else choose.choice(values)
            if value is not ...:
                args[key] = value
        settings = {k: args.pop(k) for k in ("lr", "optimizer", "metrics", "val_losses", "initial_lr") if k in args}
        args = {k.replace("arg:", ""): v for k, v in args.items()}
        steps = sorted(set(range(60)) | {choose.randrange(60, 700) for _ in range(80)})
        if "metrics" in settings:
            steps = list(range(len(settings["metrics"])))
        case = {"id": f"{library}.{name.rsplit('.', 1)[-1]}/random-{seed}-{index}", "callable": name, "base_lr": settings.pop("lr", 0.1),
                "args": args, "code": f"optim.{settings.pop('optimizer', 'SGD')}(", "unit": "step", "n": steps[-1] + 1,
                "steps": steps, **settings}
        cases.append({**case, **run(case)})
    return {"framework": library, "dtype": dtype, "cases": cases}


def line_of(case):
    return json.dumps(case, ensure_ascii=False, separators=(",", ":"))


def write(path, head, lines):
    """One case a line, so that a change of one case is a change of one line."""
    pathlib.Path(path).write_text(head[:-1] + ',"cases":[\n' + ",\n".join(lines) + "\n]}\n")


def heading(data):
    return line_of({k: v for k, v in data.items() if k != "cases"})


def anew(library, run, options):
    """Records the library's cases and compares; gives whether all are within the tolerance. Lines within it stay as they are."""
    data, lines, pairs = recorded(library, run, options.case)
    worst, wrong, new, changed, same = 0.0, [], 0, [], set()
    for old, found in pairs:
        if old is found:
            continue
        single = (old.get("dtype") or data["dtype"]) != "float64" or data["dtype"] != "float64"
        largest, fine, words = change(old, found, single)
        new += words == "new"
        worst = max(worst, largest if math.isfinite(largest) else 0.0)
        if not fine:
            wrong.append(f"  {old['id']}: {words}")
        if largest:
            changed.append((largest, old["id"]))
        if fine and words != "new":
            same.add(id(old))
    if options.cases:
        print("".join(f"  {largest:9.1e}  {name}\n" for largest, name in sorted(changed, reverse=True)), end="")
    print("\n".join([*wrong, f"{library}: {sum(a is not b for a, b in pairs)} cases, {new} new, {len(changed)} differ, {len(wrong)} beyond the tolerance, "
                             f"largest relative difference {worst:.1e}"]), flush=True)
    if options.write or options.out:
        first = re.sub(r',\s*"cases":\s*\[\s*$', "}", lines[0])
        by_line = len(lines) == len(pairs) + 2
        kept = [lines[i + 1].rstrip(",") if by_line and (old is found or id(old) in same) else line_of(found)
                for i, (old, found) in enumerate(pairs)]
        write(options.out or GOLDEN / f"{library}.json", first if by_line else heading(data), kept)
    return not wrong


def main(libraries, run=None, table=None):
    """`libraries`: the file's name and `run`, or {file's name: its run} for a script that records several files."""
    runs = libraries if isinstance(libraries, dict) else {libraries: run}
    parser = argparse.ArgumentParser(description=f"Records the learning-rate curves of {', '.join(runs)}.")
    parser.add_argument("only", nargs="*", metavar="FILE", help="some of the script's files alone")
    parser.add_argument("--check", action="store_true", help="compare and write nothing: what happens without options")
    parser.add_argument("--cases", action="store_true", help="tell the largest difference of every case that differs")
    parser.add_argument("--case", default="", metavar="TEXT", help="only the cases whose id contains it")
    parser.add_argument("--write", action="store_true", help="put what is new, or beyond the tolerance, into the recorded file")
    parser.add_argument("--random", type=int, metavar="N", help="record N cases with random arguments")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", help="write to this file, not to the recorded one")
    options = parser.parse_args()
    if options.random:
        (library, run), *_ = runs.items()
        dtype = json.loads((GOLDEN / f"{library}.json").read_text())["dtype"]
        data = drawn(library, run, table or {}, options.random, options.seed, dtype)
        write(options.out or f"{library}-random.json", heading(data), [line_of(c) for c in data["cases"]])
        print(f"{library}: {len(data['cases'])} random cases")
        return
    fine = [anew(library, run, options) for library, run in runs.items() if not options.only or library in options.only]
    sys.exit(0 if all(fine) else 1)
