/**
 * The bounded partial evaluator of Python. It reads a file as the interpreter would run it, on values that are known, assumed or
 * unknown, and never runs anything: no imports outside the workspace, no side effects, fuel for every operation.
 *
 *   const program = new PythonProgram(document, workspace, { assume });
 *   for (const call of program.calls()) {                        // syntax only, cheap; filter by call.name first
 *     const name = program.qualifiedName(call.callee);           // { name: "torch.optim.lr_scheduler.StepLR", confidence }
 *     const value = program.evaluate(call.arguments[1].value);   // Evaluated, as in finding.ts
 *     const optimizer = program.object(call.arguments[0].value); // CallResult of torch.optim.SGD, with args, kwargs and node
 *     const rate = program.function(call.arguments[1].value);    // RateFunction for a def, lambda, method or closure
 *   }
 *
 *   program.values()            every value the run came by; program.definition(def)  the function or class of a def
 *   program.instantiate(cls)    an object as the file makes it; program.invoke(fn, args)  a concrete call on internal values
 *   program.inputs(rate, args)  origins and assumptions that a rate function reads besides its arguments
 *
 * How it works: the module is run once on abstract values, with both branches of what is not decided, training loops once with
 * their changes unknown, and calls of the user's code postponed until something of them is asked for. Every expression's value is
 * recorded under its node. What the run does not come by is entered through its callers, then by itself.
 *
 * Nodes are nodes of `program.source.tree`; a notebook's cells are one text there, `program.place(span)` gives offsets in the cell.
 * `program.describe(value, text)` turns any internal value (values.ts, objects.ts) into an Evaluated.
 */
export {
  PythonProgram,
  type PythonCall,
  type CallArgument,
  type ProgramOptions,
  type QualifiedName,
} from "./program.js";
export { surroundings } from "./enumerate.js";
export { nodeOf, outlineOf, type Entry } from "./outline.js";
export { DEFAULTS, meaningOf } from "./symbols.js";
export * from "./values.js";
export { ClassValue, FunctionValue, Instance, Method, ModuleValue } from "./objects.js";
export { dictGet, dictItems, dictPut, force, first, plain, numberOf, stringOf, isFloat, originsOf } from "./access.js";
