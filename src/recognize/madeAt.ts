import type { SyntaxNode } from "@lezer/common";
import { lookup } from "./evaluate/attributes.js";
import { FunctionValue, type Instance, type PythonCall } from "./evaluate/index.js";
import type { Finding } from "./finding.js";
import { constructorArguments, missing, placed, startFor, twinAt } from "./functionFinding.js";
import { madeOf } from "./functionObjects.js";
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

/** A schedule of the file's own with its arguments at each place that makes such an object: of the one told already, as its twin. */
export function toldWhereMade(
  reader: Reader,
  owner: SyntaxNode,
  instance: Instance,
  told: Finding,
  tell: (one: Instance, place: Finding) => Finding,
): Finding[] {
  return madeOf(reader, owner).map(({ site, one }) => {
    const place = { ...placed(reader, site.node, site.node), callee: reader.text(site.callee) };
    return one.call?.node?.from === instance.call?.node?.from
      ? { ...twinAt(place, told), area: place.area! }
      : tell(one, place);
  });
}
