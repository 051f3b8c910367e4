import type { SyntaxNode } from "@lezer/common";
import type { RateFunction, ScheduleDefinition, Value } from "../schedules/define.js";
import type { SourceDocument, Span, Workspace } from "../source/document.js";
import { nodeKey } from "./evaluate/syntax.js";
import { callValue } from "./evaluate/call.js";
import {
  CallResult,
  first,
  force,
  FunctionValue,
  Library,
  List,
  Method,
  type PythonCall,
  PythonProgram,
  type Val,
} from "./evaluate/index.js";
import type { Finding } from "./finding.js";

/** A schedule call of the text with all that belongs to it. */
export interface Found {
  readonly definition: ScheduleDefinition;
  readonly call: CallResult;
  finding: Finding;
  /** Part of another schedule: listed among its children, not by itself. */
  nested?: boolean;
}

export type Builder = (
  reader: Reader,
  call: CallResult,
  site: PythonCall | undefined,
) => Omit<Found, "nested"> | undefined;

/** More than this in one file is a list of something, and looked at no further. */
export const MOST_SCHEDULES = 300;

/** Characters that may be read again for rates which loops compute: a few dozen loops of a long script. */
const MOST_REREADING = 400_000;

/** One reading of a Python file: the evaluated program and what has been found in it so far. */
export class Reader {
  /** By the call's node (its first offset and length); null: no schedule. */
  private readonly known = new Map<string, Found | null>();
  readonly sites = new Map<number, PythonCall>();
  /** Where functions begin that a schedule call takes: they are no findings of their own. */
  readonly consumed = new Set<number>();
  private readonly taken = new Set<SyntaxNode>();
  private byName: Map<string, PythonCall[]> | undefined;
  private modules: string[] | undefined;
  private readonly objects = new Map<number, Val | undefined>();

  constructor(
    readonly program: PythonProgram,
    readonly document: SourceDocument,
    readonly assume: ReadonlyMap<string, Value>,
    private readonly builder: Builder,
  ) {
    for (const site of program.calls()) this.sites.set(keyOf(site), site);
    program.object(program.source.tree.topNode);
  }

  /** Set when `again` has refused. */
  exhausted = false;
  private rereading = MOST_REREADING;

  /** The text rewritten, as a program of its own; nothing once that has been asked for too often. */
  again(text: string, workspace: Workspace): PythonProgram | undefined {
    if ((this.rereading -= text.length + 2000) < 0) {
      this.exhausted = true;
      return undefined;
    }
    return new PythonProgram({ path: this.document.path, languageId: "python", text }, workspace, {
      assume: this.assume,
    });
  }

  text(node: { from: number; to: number }): string {
    return this.program.source.text.slice(node.from, node.to);
  }

  /** Calls by the last name of what is called, in order of text. */
  named(name: string): readonly PythonCall[] {
    if (!this.byName) {
      this.byName = new Map();
      for (const site of this.sites.values()) {
        const list = this.byName.get(site.name);
        if (list) list.push(site);
        else this.byName.set(site.name, [site]);
      }
    }
    return this.byName.get(name) ?? [];
  }

  /** What an expression is, forced. */
  object(node: SyntaxNode): Val | undefined {
    return this.objects.get(keyOf(node)) ?? this.forced(node, this.program.object(node));
  }

  /**
   * The same, only when the run itself came by it: nothing is entered on its own to find out, for a function entered with unknown
   * arguments blurs what is known of its real calls.
   */
  asRun(place: Span): Val | undefined {
    const key = keyOf(place);
    return this.objects.get(key) ?? this.forced(place, this.program.module.records.get(key));
  }

  private forced(place: Span, value: Val | undefined): Val | undefined {
    if (value === undefined) return undefined;
    const forced = force(value);
    this.objects.set(keyOf(place), forced);
    return forced;
  }

  /** The schedule that this call makes; found once. */
  found(call: CallResult): Found | undefined {
    if (!call.node) return undefined;
    const key = `${call.module?.file ?? ""}:${keyOf(call.node)}`;
    const known = this.known.get(key);
    if (known !== undefined) return known ?? undefined;
    this.known.set(key, null);
    const built =
      this.builder(this, call, call.module?.file === undefined ? this.sites.get(keyOf(call.node)) : undefined) ?? null;
    this.known.set(key, built);
    return built ?? undefined;
  }

  /** The same, as a part of another schedule. */
  child(call: CallResult): Found | undefined {
    const found = this.found(call);
    if (found) found.nested = true;
    return found && found.call !== call ? this.another(call) : found;
  }

  /** What the same place makes with other arguments, as each turn of a comprehension does. */
  private another(call: CallResult): Found | undefined {
    const known = this.others.get(call);
    if (known !== undefined) return known ?? undefined;
    this.others.set(call, null);
    const built = this.builder(this, call, undefined) ?? null;
    this.others.set(call, built && { ...built, nested: true });
    return this.others.get(call) ?? undefined;
  }
  private readonly others = new WeakMap<CallResult, Found | null>();

  /** A function given to a schedule. */
  consume(value: Val, depth = 0): void {
    const one = first(value);
    if (one instanceof FunctionValue) {
      this.taken.add(one.node);
      if (one.module.file === undefined)
        for (let at: SyntaxNode | null = one.node; at; at = at.parent)
          if (at.name === "FunctionDefinition") this.consumed.add(at.from);
    } else if (one instanceof Method) this.consume(one.fn, depth);
    else if (one instanceof List && depth < 3) for (const item of one.items.slice(0, 20)) this.consume(item, depth + 1);
  }

  /** True of a function given to a schedule, of whatever file. */
  took(fn: FunctionValue): boolean {
    return [...this.taken].some(({ from, to }) => from === fn.node.from && to === fn.node.to);
  }

  /** AllenNLP's `Lazy(lambda **extras: Scheduler(**extras, …))`: the scheduler that will be made. */
  lazyChild(call: CallResult): Found | undefined {
    const callee = first(call.callee);
    const [maker] = call.args;
    if (!(callee instanceof Library) || !/(?:^|\.)Lazy$/.test(callee.name) || maker === undefined) return undefined;
    const { machine } = this.program;
    const made = machine.fresh(() => first(callValue(machine, maker, [], new Map(), { more: true })));
    return made instanceof CallResult ? this.child(made) : undefined;
  }

  rateFunction(value: Val): RateFunction | undefined {
    const fn = this.program.functionOf(first(value));
    return fn && secondDefault(value) !== undefined && this.isKeras1
      ? { ...fn, call: ([epoch = 0], rate) => fn.call([epoch], rate) }
      : fn;
  }

  /** Written for Keras 1, whose callbacks know nothing of a second argument. */
  get isKeras1(): boolean {
    return (this.keras1 ??= this.imports(/^keras\b/) && keras1.test(this.program.source.code));
  }
  private keras1: boolean | undefined;

  /** True when the file imports a module so called. */
  imports(module: RegExp): boolean {
    this.modules ??= [...this.program.source.code.matchAll(/^[ \t]*(?:from|import)[ \t]+([\w.]+)/gm)].map(
      (match) => match[1]!,
    );
    return this.modules.some((name) => module.test(name));
  }

  all(): Found[] {
    return [...this.known.values()].filter((found) => found !== null);
  }
}

/** Names of arguments that only Keras 1 has. */
const keras1 =
  /\b(?:nb_epoch|nb_worker|nb_val_samples|samples_per_epoch|nb_row|subsample|border_mode|dim_ordering)\s*=/;

/** The second parameter of a function, when it has a default and no name of a rate. */
export function secondDefault(value: Val): string | undefined {
  const one = first(value);
  const fn = one instanceof Method ? one.fn : one;
  const second = fn instanceof FunctionValue ? fn.code.params[one instanceof Method ? 2 : 1] : undefined;
  if (!second || second.star || !(fn as FunctionValue).defaults.has(second.name)) return undefined;
  return /lr|rate/i.test(second.name) ? undefined : second.name;
}

/** One number for a place of the text. */
export const keyOf = nodeKey;
