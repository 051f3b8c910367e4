import type { SyntaxNode } from "@lezer/common";
import { scheduleNamed } from "../../schedules/index.js";
import type { Argument, Finding } from "../finding.js";
import type { Reader } from "../reader.js";

/** `cfg.SOLVER.BASE_LR = 0.02` and its siblings: Detectron2's schedule, written as assignments to a config. */
export function solverAssignments(reader: Reader): Finding[] {
  const { code, tree } = reader.program.source;
  if (!/\.SOLVER\.(?:BASE_LR|STEPS|MAX_ITER|LR_SCHEDULER_NAME|GAMMA)\s*=[^=]/.test(code)) return [];
  const writes = new Map<string, { target: SyntaxNode; value: SyntaxNode }>();
  let main: SyntaxNode | undefined;
  tree.cursor().iterate((ref) => {
    if (ref.name !== "AssignStatement") return undefined;
    const [target, value] = [ref.node.firstChild, ref.node.lastChild];
    const key = target && /^\w+\.SOLVER\.([A-Z_]+)$/.exec(code.slice(target.from, target.to))?.[1];
    if (!key || !target || !value) return undefined;
    writes.set(key, { target, value });
    if (/^(?:BASE_LR|LR_SCHEDULER_NAME|STEPS|MAX_ITER)$/.test(key)) main ??= target;
    return undefined;
  });
  // A default config that declares every key is no training run.
  if (!main || /CN\(|CfgNode\(/.test(code)) return [];
  const value = (key: string) => {
    const write = writes.get(key);
    return write && reader.program.evaluate(write.value);
  };
  const definition = scheduleNamed("detectron2.solver.build_lr_scheduler");
  if (!definition) return [];
  const args: Record<string, Argument> = {};
  for (const key of writes.keys()) {
    if (!(key in definition.params)) continue;
    const evaluated = value(key);
    if (evaluated) args[key] = { value: evaluated };
  }
  const site = [...reader.sites.values()].find((s) => s.name === "build_lr_scheduler");
  const span = site?.node ?? main;
  const place = reader.program.place({ from: span.from, to: span.to });
  const total = value("MAX_ITER");
  const rate = value("BASE_LR");
  return [
    {
      callee: site ? reader.text(site.callee) : reader.text(main),
      schedule: definition.id,
      confidence: "certain",
      span: { from: place.from, to: place.to },
      ...(place.cell !== undefined && { cell: place.cell }),
      quantity: "lr",
      args,
      context: { ...(rate && { initial_lr: rate }), ...(total && { total_steps: total }) },
      children: [],
      transforms: [],
      run: { unit: "step", steppedPer: "iteration", ...(total && { totalSteps: total }) },
    },
  ];
}
