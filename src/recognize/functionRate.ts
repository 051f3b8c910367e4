import { Raises } from "../schedules/define.js";
import { type FunctionValue, Method, type Val } from "./evaluate/index.js";
import { FakeOptimizer, Interpreter, withOptimizer } from "./interpret.js";
import type { Reader } from "./reader.js";
import { countsItself } from "./writes.js";

/** The rate after t steps: stateless functions are asked directly, those that build on what they did before run from the start. */
export function rateOf(
  reader: Reader,
  fn: FunctionValue | Method,
  parameters: readonly string[],
  time: string | undefined,
  values: ReadonlyMap<string, Val>,
  writes: boolean,
): (t: number, initialLr: number) => number {
  const interpreter = new Interpreter(reader.program);
  const body = reader.program.source.code.slice(
    (fn instanceof Method ? fn.fn : fn).node.from,
    (fn instanceof Method ? fn.fn : fn).node.to,
  );
  const stateful =
    writes &&
    (/\bglobal\b|optimi[sz]er\.(?:lr|learning_rate)\b|\*=|\[\s*['"]lr['"]\s*\](?!\s*=[^=])/.test(body) ||
      !time ||
      countsItself(body));
  const known: number[] = [];
  const selves = new WeakMap<FakeOptimizer, Val>();
  const once = (
    call: (fn: Val, args: readonly Val[], kwargs?: ReadonlyMap<string, Val>) => Val,
    optimizer: FakeOptimizer,
    t: number,
    initial: number,
  ) => {
    const kwargs = new Map<string, Val>();
    for (const parameter of parameters) {
      if (parameter === time) kwargs.set(parameter, t);
      else if (/optim|^opt$|trainer/i.test(parameter)) kwargs.set(parameter, optimizer.value);
      else {
        const value = values.get(parameter);
        if (value !== undefined) kwargs.set(parameter, value);
      }
    }
    const self = fn instanceof Method ? (selves.get(optimizer) ?? withOptimizer(fn.self, optimizer)) : undefined;
    if (self !== undefined) selves.set(optimizer, self);
    const result = call(fn instanceof Method ? new Method(fn.fn, self!) : fn, [], kwargs);
    return writes ? optimizer.rate(initial) : interpreter.number(result);
  };
  return (t, initial) => {
    if (!stateful) return interpreter.run((call) => once(call, FakeOptimizer.for(body, initial), t, initial));
    if (t >= known.length) {
      if (t > 2_000_000) throw new Raises("too complex to follow: more than 2,000,000 steps one after the other");
      const until = Math.max(t, 2 * known.length, 256);
      interpreter.run((call) => {
        const optimizer = FakeOptimizer.for(body, initial);
        for (let i = 0; i <= until; i++) known[i] = once(call, optimizer, i, initial);
      });
    }
    return known[t]!;
  };
}
