import { lookup } from "./evaluate/attributes.js";
import { FunctionValue, type Instance, type PythonCall } from "./evaluate/index.js";
import type { Finding } from "./finding.js";
import { constructorArguments, missing, placed, startFor } from "./functionFinding.js";
import type { Reader } from "./reader.js";

/** An object of another file's class that gives or sets a rate: told where it is made, with what its constructor was given. */
export function madeAt(
  reader: Reader,
  site: PythonCall,
  one: Instance,
  rate: NonNullable<Finding["rate"]>,
  counts: string,
): Finding {
  const init = lookup(one.cls, "__init__");
  const names = init instanceof FunctionValue ? init.code.params.map((param) => param.name).slice(1) : [];
  const { args, optimizer } = constructorArguments(reader, names, one.call, init);
  return {
    ...placed(reader, site.node, site.node),
    callee: reader.text(site.callee),
    args: { ...args, ...missing(reader, rate, args) },
    rate,
    ...startFor(reader, rate, optimizer),
    run: { unit: /epoch/i.test(counts) ? "epoch" : "step" },
  };
}
