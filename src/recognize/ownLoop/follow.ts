import type { SyntaxNode } from "@lezer/common";
import { Raises } from "../../schedules/define.js";
import type { Workspace } from "../../source/document.js";
import { Builtin, type CallResult, FunctionValue, type PythonProgram, type Val } from "../evaluate/index.js";
import { LIMITS } from "../evaluate/machine.js";
import { Interpreter, reachOf } from "../interpret.js";
import { readOptimizer } from "../optimizer.js";
import type { Reader } from "../reader.js";
import type { HandStepped } from "./handStepped.js";
import { names } from "./rewrite.js";
import { StandIns } from "./standIns.js";

/** Thrown where enough turns have been told. */
class Enough {}

const mostTurns = 2_000_000;
/** Operations of all turns together. */
const mostFuel = 12_000_000;

/** The rate in each turn of a rewritten loop: run once from its beginning, as far as asked, and remembered. */
export function followed(
  reader: Reader,
  workspace: Workspace,
  text: string,
  schedulers: readonly HandStepped[] = [],
): ((t: number, initialLr: number) => number) | undefined {
  const program = reader.again(text, workspace);
  const fn = program && functionNamed(program, names.function);
  if (!fn) return undefined;
  const interpreter = new Interpreter(program);
  const { machine, module } = program;
  let known: number[] = [];
  let start = NaN;
  let end: { readonly rate: number } | { readonly error: unknown } | undefined;
  const isOptimizer = (value: Val) =>
    typeof value === "object" && value !== null && value.kind === "call" && isMade(reader, value);

  const run = (until: number, initial: number, endless = true) => {
    const told: number[] = [];
    let left = mostFuel;
    try {
      interpreter.run((call) => {
        const standIns = new StandIns(text, initial, isOptimizer, schedulers);
        standIns.place(machine, fn);
        const turn = new Builtin(names.turn, () => {
          const rate = standIns.rate();
          if (Number.isNaN(rate)) throw new Raises("the rate is not a number");
          told.push(rate);
          // Charged to the curve as well, which may ask for a longer run again.
          left -= machine.refuel(LIMITS.callFuel);
          if (left < 0) throw new Raises(`too complex to follow: ${told.length} steps one after the other`);
          if (told.length > until) throw new Enough();
          return null;
        });
        machine.write(module.globals, names.turn, turn);
        machine.write(module.globals, names.endless, endless);
        machine.write(module.globals, names.updates, new Builtin(names.updates, () => told.length));
        call(fn, []);
        end = { rate: standIns.rate() };
      });
    } catch (error) {
      if (!(error instanceof Enough)) end = { error };
      // What fails only past the loop's own end is no failure.
      if (end && endless) {
        run(until, initial, false);
        if (end && "rate" in end) return;
        end = { error };
      }
    }
    known = told;
  };

  return (t, initial) => {
    if (t > mostTurns) throw new Raises(`too complex to follow: more than ${mostTurns} steps one after the other`);
    if (!Object.is(start, initial)) [known, start, end] = [[], initial, undefined];
    if (t >= known.length && !end) run(reachOf(t, known.length), initial);
    const rate = known[t];
    if (rate !== undefined) return rate;
    if (end && "error" in end) throw end.error;
    return end?.rate ?? NaN;
  };
}

function isMade(reader: Reader, call: CallResult): boolean {
  const found = readOptimizer(reader, call);
  return found !== undefined && found.optimizer !== undefined && /\.|optim|sgd|adam/i.test(found.optimizer.name);
}

/** A function of a rewritten text, by its name. */
export function functionNamed(program: PythonProgram, name: string): FunctionValue | undefined {
  let found: SyntaxNode | undefined;
  const { code, tree } = program.source;
  const at = code.indexOf(`def ${name}(`);
  for (let node: SyntaxNode | null = at < 0 ? null : tree.resolveInner(at, 1); node && !found; node = node.parent)
    if (node.name === "FunctionDefinition") found = node;
  const value = found && program.definition(found);
  return value instanceof FunctionValue ? value : undefined;
}
