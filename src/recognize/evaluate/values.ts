import type { SyntaxNode } from "@lezer/common";
import type { Origin } from "../finding.js";
import { walk } from "./errors.js";
import type { Machine } from "./machine.js";
import type { ClassValue, FunctionValue, Instance, Method, ModuleValue } from "./objects.js";

/**
 * Python values as the evaluator sees them. None is null, bool is boolean, int is a whole JS number (bigint past 2^53),
 * float is Float (so that 10 and 10.0 stay apart), str is string. The rest are the classes below, told apart by `kind`.
 */
export type Val =
  | null
  | boolean
  | number
  | bigint
  | string
  | Float
  | Tracked
  | List
  | Dict
  | Range
  | NdArray
  | Library
  | CallResult
  | Operation
  | Member
  | Builtin
  | FunctionValue
  | Method
  | ClassValue
  | Instance
  | ModuleValue
  | Choice
  | Deferred
  | Unknown;

export class Float {
  readonly kind = "float";
  constructor(readonly value: number) {}
}

/** A plain value (null, boolean, number, string, Float) with where it came from and what it assumes. */
export class Tracked {
  readonly kind = "tracked";
  constructor(
    readonly value: null | boolean | number | bigint | string | Float,
    readonly origins: readonly Origin[],
    /** Assumed symbols that contributed, with the values used. */
    readonly symbols?: ReadonlyMap<string, Val>,
    readonly because?: string,
  ) {}
}

/** list, tuple, set. `origins` is where the display was written. */
export class List {
  readonly kind = "list";
  origins: readonly Origin[] = [];
  /** Why its length is not known: it grows in a loop that is not followed. */
  open?: string;
  /** Assumed symbols behind all of a long list's items, which are plain. */
  symbols?: ReadonlyMap<string, Val>;
  constructor(
    public items: Val[],
    readonly type: "list" | "tuple" | "set" = "list",
    /** Field names of a named tuple. */
    readonly fields?: readonly string[],
  ) {
    if (items.length > 15) walk(items.length >> 2);
  }
}

/**
 * dict, and everything that behaves like one: argparse.Namespace, ConfigDict, EasyDict, SimpleNamespace. Keys are made by `dictKey`.
 */
export class Dict {
  readonly kind = "dict";
  origins: readonly Origin[] = [];
  readonly entries = new Map<string | number | boolean | null, [key: Val, value: Val]>();
  constructor(
    /** Attributes read and write the entries. */
    readonly attributes = false,
    /** Where it comes from in a word: "argparse", "flags", "config". */
    readonly flavour = "",
    /** How it is called in assumptions: `args`, `FLAGS`, `cfg`. */
    public name = "",
  ) {}
  /** Set when entries may be missing here: an entry that is not there is unknown, for this reason. */
  open?: string;
}

export class Range {
  readonly kind = "range";
  constructor(
    readonly start: number,
    readonly stop: number,
    readonly step: number,
    /** The bounds as evaluated, with their origins. */
    readonly bounds: readonly Val[],
  ) {}
  get length() {
    return Math.max(0, Math.ceil((this.stop - this.start) / this.step));
  }
}

/** A numpy array (also a torch or tf constant): numbers in row-major order; `ints` when it holds integers. */
export class NdArray {
  readonly kind = "array";
  constructor(
    readonly data: readonly number[],
    readonly shape: readonly number[],
    readonly ints: boolean,
    readonly origins: readonly Origin[] = [],
    readonly symbols?: ReadonlyMap<string, Val>,
  ) {}
}

/** A module, class or function of a library, by its qualified name as imported: `torch.optim.SGD`. */
export class Library {
  readonly kind = "library";
  constructor(
    readonly name: string,
    /** False when it came through a star import of a library, or stands with no import in sight. */
    readonly certain = true,
    /** Other names that it may have (several star imports). */
    readonly others: readonly string[] = [],
  ) {}
}

/** What a call of a library (or of something not known) returned. */
export class CallResult {
  readonly kind = "call";
  constructor(
    /** What was called: a Library, or a Member of something (`opt.minimize`), or unknown. */
    readonly callee: Val,
    readonly args: readonly Val[],
    readonly kwargs: ReadonlyMap<string, Val>,
    /** The call expression, and the file it stands in. */
    readonly node: SyntaxNode | undefined,
    readonly module: ModuleValue | undefined,
    /** True when **kwargs or *args that are not known were passed too. */
    readonly more = false,
  ) {}
  /** Attributes the file set on it. */
  readonly attrs = new Map<string, Val>();
  /** What the file put into it by subscript. */
  readonly items = new Map<string, Val>();
}

/** Arithmetic on values that are not data: `schedule * 0.1`, `warmup(step) + 1`. op is Python's: "*", "//", "neg", "if". */
export class Operation {
  readonly kind = "operation";
  constructor(
    readonly op: string,
    readonly operands: readonly Val[],
    readonly node: SyntaxNode | undefined,
    readonly module: ModuleValue | undefined,
  ) {}
}

/** An attribute (`name`) or item (`key`) of a value that is not data: `optimizer.param_groups`, `trainer.estimated_stepping_batches`. */
export class Member {
  readonly kind = "member";
  constructor(
    readonly of: Val,
    readonly name: string | undefined,
    readonly key?: Val,
  ) {}
}

export class Builtin {
  readonly kind = "builtin";
  constructor(
    readonly name: string,
    readonly run: (args: Val[], kwargs: Map<string, Val>, call: BuiltinCall) => Val,
    readonly self?: Val,
  ) {}
  /** Of functools.partial: what is called, and what is bound already. */
  bound?: {
    readonly fn: Val;
    readonly args: readonly Val[];
    readonly kwargs: ReadonlyMap<string, Val>;
    /** What a library's function gave when the rest was there. */
    made?: CallResult;
  };
}

/** Where a builtin is called from. */
export interface BuiltinCall {
  readonly m: Machine;
  readonly node: SyntaxNode | undefined;
  readonly module: ModuleValue | undefined;
  /** Arguments that are not known were passed too. */
  readonly more?: boolean;
}

/** One of several values (branches not decided, several call sites); the first is the likeliest. */
export class Choice {
  readonly kind = "choice";
  constructor(
    readonly values: readonly Val[],
    /** Of a graph's `cond`: what decides, and what each way gives. */
    readonly switched?: {
      readonly test: Val;
      readonly branches: readonly [Val, Val];
      readonly node: SyntaxNode | undefined;
    },
  ) {}
}

/** A call of the user's own code that nobody has needed yet. */
export class Deferred {
  readonly kind = "deferred";
  value?: Val;
  busy = false;
  constructor(
    readonly run: () => Val,
    /** Of something in another file: what needs only to be passed on leaves that file unread. `changes` says whether a call may change its arguments. */
    readonly foreign?: { readonly changes: boolean },
  ) {}
}

export class Unknown {
  readonly kind = "unknown";
  constructor(
    readonly because: string,
    /** The symbol that would make it known if the user set it. */
    readonly name?: string,
    readonly origins: readonly Origin[] = [],
    /** The library's module that it is one of: `getattr(torch.optim.lr_scheduler, args.name)`. */
    readonly of?: Library,
  ) {}
}
