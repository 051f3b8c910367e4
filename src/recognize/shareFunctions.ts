import { Float, FunctionValue, nodeOf, outlineOf } from "./evaluate/index.js";
import type { Argument, Evaluated, Finding } from "./finding.js";
import { contextDefaults } from "./assumptions.js";
import { defaultOf, missing, placed } from "./functionFinding.js";
import { Interpreter } from "./interpret.js";
import type { Reader } from "./reader.js";

const named = /^_?warm_?up_?(?:linear|cosine|constant|poly|exp|fix|decay)\w*$/i;
const share = /^(?:x|progress|frac(?:tion)?|percent|ratio|p)$/;

/**
 * `def warmup_linear(x, warmup=0.002)`: the factor on the rate by the share of the run that is done, as the optimizers that came
 * with the first GPT and BERT have it. The whole run is assumed.
 */
export function shareFunctions(reader: Reader): Finding[] {
  const { code, tree } = reader.program.source;
  if (!/\bdef\s+_?warm/i.test(code) || !/\blr\b|learning_rate/.test(code)) return [];
  return outlineOf(tree).flatMap((entry) => {
    if (entry.kind !== "def" || !named.test(code.slice(entry.headFrom, entry.headTo))) return [];
    const node = nodeOf(tree, entry);
    const name = node.getChild("VariableName");
    const fn = reader.program.definition(node);
    if (!name || !(fn instanceof FunctionValue)) return [];
    const [first, ...others] = fn.code.params;
    const free = others.some(({ name: own, star }) => !star && !fn.defaults.has(own));
    if (!first || !share.test(first.name) || free || !others.some(({ name: own }) => /^warm_?up/i.test(own))) return [];
    const length = wholeRun(reader);
    const interpreter = new Interpreter(reader.program);
    const total = Number(length.value);
    const rate = (t: number) => interpreter.run((call) => interpreter.number(call(fn, [new Float(t / total)])));
    const args: Record<string, Argument> = { total_steps: { value: length } };
    for (const [own, value] of fn.defaults) Object.assign(args, defaultOf(reader, own, value));
    return [
      {
        ...placed(reader, name, node),
        confidence: "likely" as const,
        args: { ...args, ...missing(reader, rate, args) },
        rate,
        run: { unit: "step" as const, totalSteps: length },
      },
    ];
  });
}

function wholeRun(reader: Reader): Extract<Evaluated, { status: "assumed" }> {
  const name = "total_steps";
  const value = reader.assume.get(name) ?? contextDefaults.total_steps.value;
  const because = "the run length is not in this file";
  return { status: "assumed", value, text: name, name, because, assumptions: { [name]: value }, origins: [] };
}
