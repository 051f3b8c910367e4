"""Runs of the real PyTorch optimizers, and autograd's gradients, in float64. Pins: torch==2.15.0 numpy

Compared with what is recorded; --write puts them in its place.
"""
import json
import pathlib
import sys

import torch

torch.set_default_dtype(torch.float64)
OUT = pathlib.Path(__file__).resolve().parents[1] / "optimizers"
STEPS = 120
CASES = [
    ("sgd", "SGD", {}),
    ("sgd", "SGD", {"weight_decay": 0.01}),
    ("sgd", "SGD", {"momentum": 0.9}),
    ("sgd", "SGD", {"momentum": 0.5, "dampening": 0.3}),
    ("sgd", "SGD", {"momentum": 0.9, "nesterov": True}),
    ("sgd", "SGD", {"momentum": 0.95, "nesterov": True, "weight_decay": 5e-4}),
    ("adam", "Adam", {}),
    ("adam", "Adam", {"betas": [0.5, 0.9], "eps": 1e-4}),
    ("adam", "Adam", {"weight_decay": 0.1}),
    ("adam", "Adam", {"amsgrad": True}),
    ("adamw", "AdamW", {}),
    ("adamw", "AdamW", {"weight_decay": 0.1, "betas": [0.9, 0.95]}),
    ("adamw", "AdamW", {"amsgrad": True, "eps": 1e-3}),
    ("rmsprop", "RMSprop", {}),
    ("rmsprop", "RMSprop", {"alpha": 0.9, "momentum": 0.9}),
    ("rmsprop", "RMSprop", {"centered": True, "weight_decay": 0.01}),
    ("rmsprop", "RMSprop", {"centered": True, "momentum": 0.5, "eps": 1e-4}),
    ("adagrad", "Adagrad", {}),
    ("adagrad", "Adagrad", {"lr_decay": 0.01, "weight_decay": 0.01}),
    ("adagrad", "Adagrad", {"initial_accumulator_value": 0.1, "eps": 1e-6}),
]
SURFACES = {
    "ravine": lambda x, y: 0.5 * (0.1 * x**2 + 20 * y**2),
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    "beale": lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
    "himmelblau": lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
}


def base_lr(name, surface):
    if name == "SGD":
        return {"ravine": 0.02, "beale": 0.01}[surface]
    return 0.05


def run(name, settings, surface):
    theta = torch.tensor({"ravine": [-4.0, 0.8], "beale": [1.0, 1.0]}[surface], requires_grad=True)
    lr0 = base_lr(name, surface)
    optimizer = getattr(torch.optim, name)([theta], lr=lr0, **settings)
    rates, path = [], [theta.tolist()]
    for k in range(STEPS):
        lr = lr0 / (1 + 0.02 * k)
        for group in optimizer.param_groups:
            group["lr"] = lr
        optimizer.zero_grad()
        SURFACES[surface](theta[0], theta[1]).backward()
        optimizer.step()
        rates.append(lr)
        path.append(theta.tolist())
    return rates, path


def write(name, rows):
    header = {"library": "torch", "version": torch.__version__, "python": sys.version.split()[0],
              "command": "python test/golden/record/record_optimizers.py"}
    if "--write" in sys.argv:
        lines = ",\n".join(json.dumps(row) for row in rows)
        (OUT / name).write_text(json.dumps(header)[:-1] + ', "cases": [\n' + lines + "\n]}\n")
        return
    recorded = json.loads((OUT / name).read_text())["cases"]
    pairs = zip(numbers(recorded), numbers(rows), strict=True)
    largest = max(abs(a - b) / max(abs(a), abs(b)) if a != b else 0.0 for a, b in pairs)
    print(f"{name}: {len(rows)} cases, largest relative difference {largest:.1e}")
    if largest > 1e-9:
        sys.exit(1)


def numbers(value):
    """Every number of nested lists and objects, in their order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [n for item in value for n in numbers(item)]
    return [value] if isinstance(value, (int, float)) else []


def optimizers():
    rows = []
    for kind, name, settings in CASES:
        for surface in ("ravine", "beale"):
            rates, path = run(name, settings, surface)
            keep = [0, 1, 2, 3, 10, 50, STEPS]
            rows.append({"optimizer": {"kind": kind, **settings}, "surface": surface, "lr0": base_lr(name, surface),
                         "steps": STEPS, "at": keep, "path": [path[k] for k in keep]})
    write("runs.json", rows)


def gradients():
    torch.manual_seed(0)
    rows = []
    for name, f in SURFACES.items():
        for _ in range(5):
            theta = (3 * torch.randn(2)).requires_grad_()
            value = f(theta[0], theta[1])
            value.backward()
            rows.append({"problem": name, "theta": theta.tolist(), "loss": value.item(), "gradient": theta.grad.tolist()})
    points, labels = torch.randn(20, 2), torch.randint(0, 2, (20,))
    shared = {"points": points.flatten().tolist(), "labels": labels.tolist()}
    loss = torch.nn.functional.binary_cross_entropy_with_logits
    for scale in (0.1, 1, 5, 200):
        theta = (scale * torch.randn(3)).requires_grad_()
        value = loss(points @ theta[:2] + theta[2], labels.double())
        value.backward()
        rows.append({"problem": "logistic", **shared, "theta": theta.tolist(), "loss": value.item(), "gradient": theta.grad.tolist()})
    for hidden in (1, 3, 16):
        for scale in (0.5, 3):
            theta = (scale * torch.randn(4 * hidden + 1)).requires_grad_()
            w, b = theta[: 2 * hidden].reshape(hidden, 2), theta[2 * hidden : 3 * hidden]
            v, c = theta[3 * hidden : 4 * hidden], theta[4 * hidden]
            value = loss(torch.tanh(points @ w.T + b) @ v + c, labels.double())
            value.backward()
            rows.append({"problem": "network", "hidden": hidden, **shared, "theta": theta.tolist(), "loss": value.item(),
                         "gradient": theta.grad.tolist()})
    write("gradients.json", rows)


OUT.mkdir(parents=True, exist_ok=True)
optimizers()
gradients()
