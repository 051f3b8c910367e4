import { stepperOf } from "../../schedules/torchSteppers.js";
import type { Args, Context, ScheduleCall, Value } from "../../schedules/define.js";
import type { Workspace } from "../../source/document.js";
import { contextDefaults } from "../assumptions.js";
import { bindCall } from "../bind.js";
import { dictOf, numberOf } from "../evaluate/access.js";
import { Builtin, CallResult, dictGet, dictPut, first, Float, List, type Val } from "../evaluate/index.js";
import type { Transform } from "../finding.js";
import { guarded } from "../guarded.js";
import type { FakeOptimizer } from "../interpret.js";
import type { Found, Reader } from "../reader.js";
import { resolve } from "../resolve.js";
import { stepSites } from "../stepping.js";
import { loopRate } from "./loopRate.js";
import { nestAround } from "./nest.js";

/** A PyTorch scheduler that the script steps by itself, known by its call's text. */
export interface HandStepped {
  readonly text: string;
  readonly call: ScheduleCall;
}

/**
 * Several PyTorch schedulers on one optimizer, each stepped by the script's own loop: `if epoch < 5: warmup.step() else:
 * cosine.step()`. Each one's curve is what all of them leave, as the loop steps them.
 */
export function handStepped(reader: Reader, workspace: Workspace, found: readonly Found[]): Map<Found, Transform> {
  const transforms = new Map<Found, Transform>();
  const byOptimizer = new Map<number, Found[]>();
  for (const one of found) {
    const at = optimizerOf(reader, one);
    if (at !== undefined) byOptimizer.set(at, [...(byOptimizer.get(at) ?? []), one]);
  }
  for (const all of byOptimizer.values()) {
    if (all.length < 2) continue;
    const stepped = all.flatMap((one) => {
      const sites = stepSites(reader, one).map(({ node }) => node);
      const call = sites.length > 0 ? scheduleCall(reader, one) : undefined;
      return call ? [{ one, sites, call, text: reader.text(one.call.node!) }] : [];
    });
    if (stepped.length !== all.length || new Set(stepped.map(({ text }) => text)).size < all.length) continue;
    const sites = stepped.flatMap((each) => each.sites);
    const depth = (node: (typeof sites)[number]) => nestAround(reader, node)?.loops.length ?? 0;
    const [place] = sites.toSorted((a, b) => depth(b) - depth(a));
    const loop = guarded(() => loopRate(reader, workspace, place!, { sites, schedulers: stepped }));
    const initial = startOf(reader, all[0]!);
    if (!loop || guarded(() => loop.rate(1, initial)) === undefined) continue;
    for (const { one } of stepped) {
      const others = stepped.filter((other) => other.one !== one).map((other) => other.one.finding.callee);
      const apply = (_: number, t: number) => loop.rate(t, initial);
      transforms.set(one, { words: `stepped by hand beside ${others.join(", ")}`, on: "lr", apply, switches: true });
    }
  }
  return transforms;
}

/** Where the optimizer of a PyTorch scheduler is made. */
function optimizerOf(reader: Reader, one: Found): number | undefined {
  if (!one.definition.id.startsWith("torch.optim.lr_scheduler.") || one.finding.children.length > 0) return undefined;
  if (!one.call.node || one.call.module?.file !== undefined || /Plateau$/.test(one.definition.id)) return undefined;
  const { handles } = bindCall(reader, one.definition, one.call, undefined);
  const optimizer = handles["optimizer"] === undefined ? undefined : first(handles["optimizer"]);
  return optimizer instanceof CallResult && optimizer.module?.file === undefined ? optimizer.node?.from : undefined;
}

function scheduleCall(reader: Reader, { definition, finding }: Found): ScheduleCall | undefined {
  const { parameters } = resolve(finding, { assume: reader.assume });
  const args: Record<string, Value> = {};
  for (const [name, value] of Object.entries(parameters)) {
    if (value.status === "unknown") return undefined;
    if (name in definition.params) args[name] = value.value;
  }
  return { kind: "schedule", definition, args: args as Args };
}

function startOf(reader: Reader, { finding }: Found): number {
  const known = finding.context.initial_lr;
  const set = reader.assume.get("initial_lr") ?? (known && known.status !== "unknown" ? known.value : undefined);
  return Number(set ?? contextDefaults.initial_lr.value);
}

/** A scheduler's stand-in, at work on the stand-in of its optimizer. Made in the order in which the file makes them. */
export function schedulerStandIn(call: ScheduleCall, optimizer: FakeOptimizer, initial: number): Val {
  const read = (name: string) => numberOf(dictGet(optimizer.group, name) ?? null) ?? initial;
  const write = (name: string, x: number) => dictPut(optimizer.group, name, new Float(x));
  const group = {
    get lr() {
      return read("lr");
    },
    set lr(x: number) {
      write("lr", x);
    },
    initial_lr: initial,
  };
  const stepper = stepperOf(call, group, { index: 0, count: 1, context: { initial_lr: initial } as Context });
  const rates = new Builtin("get_last_lr", () => new List([new Float(group.lr)]));
  const step = new Builtin("step", () => {
    stepper.step();
    return null;
  });
  return dictOf(
    [
      ["step", step],
      ["get_last_lr", rates],
      ["get_lr", rates],
    ],
    true,
  );
}
