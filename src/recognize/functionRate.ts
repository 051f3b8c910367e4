import { lookup } from "./evaluate/attributes.js";
import { FunctionValue, Instance, Method, type Val } from "./evaluate/index.js";
import { type Call, FakeOptimizer, inOrder, Interpreter, withOptimizer } from "./interpret.js";
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
  const selves = new WeakMap<FakeOptimizer, Val>();
  let single: { readonly initial: number; readonly optimizer: FakeOptimizer } | undefined;
  const once = (call: Call, optimizer: FakeOptimizer, t: number, initial: number) => {
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
  const fromStart = inOrder(2_000_000, (until, initial, tell) =>
    interpreter.run((call) => {
      const optimizer = FakeOptimizer.for(body, initial);
      for (let i = 0; i <= until; i++) tell(once(call, optimizer, i, initial));
    }),
  );
  // What is set at the end of an epoch or batch is the next one's; a callback may set the first at the beginning.
  const late = writes && /^def\s+on_(?:epoch|batch|train_batch)_end\b/.test(body);
  if (!late) return at;
  const begin = (initial: number) => {
    const method =
      fn instanceof Method && fn.self instanceof Instance ? lookup(fn.self.cls, "on_train_begin") : undefined;
    if (!(fn instanceof Method) || !(method instanceof FunctionValue)) return initial;
    return interpreter.run((call) => {
      const optimizer = FakeOptimizer.for(body, initial);
      call(new Method(method, withOptimizer(fn.self, optimizer)), []);
      return optimizer.rate(initial);
    });
  };
  return (t, initial) => (t < 1 ? begin(initial) : at(t - 1, initial));

  function at(t: number, initial: number): number {
    if (!stateful) {
      if (!Object.is(single?.initial, initial)) single = { initial, optimizer: FakeOptimizer.for(body, initial) };
      const { optimizer } = single!;
      // Where it sets nothing, what an earlier step set is kept.
      const rate = interpreter.run((call) => {
        const rate = once(call, optimizer, t, initial);
        return !writes || optimizer.written ? rate : undefined;
      });
      if (rate !== undefined) return rate;
    }
    return fromStart(t, initial);
  }
}
