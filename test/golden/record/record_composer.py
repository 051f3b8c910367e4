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


main("composer", run)
