"""Composer's schedulers, and LLM Foundry's own. Pins: torch==2.15.0 numpy
Sources: mosaicml==0.32.1 llm-foundry==0.22.0
"""
import datetime
import types

import torch

from record_common import ended, failure, main, plain, source

COMPOSER = "mosaicml-0.32.1"
strings = source(COMPOSER, "composer/utils/string_enum.py")
source(COMPOSER, "composer/core/serializable.py")
time = source(COMPOSER, "composer/core/time.py", composer__utils=types.SimpleNamespace(StringEnum=strings.StringEnum))
library = source(COMPOSER, "composer/optim/scheduler.py",
                 composer__core=types.SimpleNamespace(State=object, Time=time.Time, TimeUnit=time.TimeUnit, Timestamp=time.Timestamp))
foundry = source("llm-foundry-0.22.0", "llmfoundry/optim/scheduler.py", composer__optim=library, llmfoundry__utils__warnings=None)
OUTSIDE = ("max_duration", "dataloader_len", "scale_schedule_ratio")


def run(case):
    """The trainer steps its scheduler before the timestamp moves on: update k has the formula's value of k - 1."""
    args = {k: v for k, v in case["args"].items() if k not in OUTSIDE}
    ratio, length = case["args"].get("scale_schedule_ratio", 1.0), case["args"]["dataloader_len"]
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=case["base_lr"])
    duration = time.Time.from_timestring(case["args"]["max_duration"])
    state = types.SimpleNamespace(max_duration=time.Time(int(duration.value * ratio), duration.unit), dataloader_len=time.Time(length, "ba"),
                                  optimizers=[optimizer], timestamp=time.Timestamp())
    name, values, formula = case["callable"].rsplit(".", 1)[-1], [], []
    try:
        made = getattr(foundry if "llmfoundry" in case["callable"] else library, name)(**args)
        scheduler = library.compile_composer_scheduler(made, state, ratio)
    except Exception as error:
        return {"steps": [], "values": [], "formula_values": [], "error": failure(error)}
    for k in range(max(case["steps"], default=0) + 1):
        if k in case["steps"]:
            values.append(plain(optimizer.param_groups[0]["lr"]))
            try:
                formula.append(plain(case["base_lr"] * (made(state, ratio))))
            except Exception:
                pass
        try:
            scheduler.step()
        except Exception as error:
            return {**ended(case, values, error, k + 1), "formula_values": formula}
        state.timestamp = state.timestamp.to_next_batch(duration=datetime.timedelta(seconds=0))
        if (k + 1) % length == 0:
            state.timestamp = state.timestamp.to_next_epoch()
    return {"values": values, "formula_values": formula}


TIMES = ["5ep", "100ba", "0.25dur", "0ba", "30ep", "0.5dur", "333ba"]
RUN = {"lr": [0.1, 1e-3], "max_duration": ["30ep", "500ba", "10ep"], "dataloader_len": [20, 50, 7], "scale_schedule_ratio": [..., ..., ..., 0.5, 2.0]}
WARM = {"t_warmup": ["3ep", "50ba", "0.1dur", "0ba", "40ep"], "scale_warmup": [..., ..., True], **RUN}
P = "composer.optim."
RANDOM = {P + name: ranges for name, ranges in {
    "StepScheduler": {"step_size": TIMES, "gamma": [0.1, 0.5, 1.0, ...], **RUN},
    "MultiStepScheduler": {"milestones": [["10ep", "20ep"], ["100ba"], ["0.5dur", "0.9dur"], ["20ep", "5ep"], []], "gamma": [0.1, 0.5, ...], **RUN},
    "ConstantScheduler": {"alpha": [1.0, 0.3, ...], "t_max": [*TIMES, ...], **RUN},
    "LinearScheduler": {"alpha_i": [1.0, 0.0, 0.5, ...], "alpha_f": [0.0, 1.0, 0.1, ...], "t_max": [*TIMES, ...], **RUN},
    "ExponentialScheduler": {"gamma": [0.9, 0.5, 1.0, 0.01], "decay_period": ["1ep", "100ba", "0.3dur", "3ep", ...], **RUN},
    "CosineAnnealingScheduler": {"t_max": [*TIMES, ...], "alpha_f": [0.0, 0.1, ...], **RUN},
    "CosineAnnealingWarmRestartsScheduler": {"t_0": ["5ep", "100ba", "0.25dur", "33ba"], "t_mult": [1.0, 2.0, 1.5, ...], "alpha_f": [0.0, 0.1, ...], **RUN},
    "PolynomialScheduler": {"power": [1.0, 2.0, 0.5], "t_max": [*TIMES, ...], "alpha_f": [0.0, 0.1, ...], **RUN},
    "MultiStepWithWarmupScheduler": {"milestones": [["10ep", "20ep"], ["300ba"], ["0.5dur"]], "gamma": [0.1, 0.5, ...], **WARM},
    "ConstantWithWarmupScheduler": {"alpha": [1.0, 0.3, ...], "t_max": ["1dur", ...], **WARM},
    "LinearWithWarmupScheduler": {"alpha_i": [1.0, 0.5, ...], "alpha_f": [0.0, 0.1, ...], "t_max": ["1dur", ..., "60ep"], **WARM},
    "CosineAnnealingWithWarmupScheduler": {"alpha_f": [0.0, 0.1, ...], "t_max": ["1dur", ..., "60ep"], **WARM},
    "PolynomialWithWarmupScheduler": {"power": [2.0, 1.0, ...], "alpha_f": [0.0, 0.1, ...], "t_max": ["1dur", ..., "60ep"], **WARM},
}.items()}
RANDOM["llmfoundry.optim.InverseSquareRootWithWarmupScheduler"] = {
    **RUN, "t_warmup": ["50ba", "10ba", "0ba", "2ep"], "t_scale": ["100ba", "10ba", "3ep"], "t_cooldown": ["0ba", "100ba", "450ba", "5ep"], "t_max": [..., ..., "0.5dur"],
    "alpha_f_decay": [0.0, 0.1, ...], "alpha_f_cooldown": [0.0, 0.05, ...], "max_duration": ["500ba", "500ba", "20ep"]}

main("composer", run, RANDOM)
