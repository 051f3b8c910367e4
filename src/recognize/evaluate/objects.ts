import type { SyntaxNode } from "@lezer/common";
import type { PythonSource } from "../../source/python.js";
import type { CallResult, Val } from "./values.js";
import type { Code } from "./code.js";
import type { Frame } from "./frame.js";

/** A file of the workspace as a module: the document itself, or one it imports. */
export class ModuleValue {
  readonly kind = "module";
  readonly globals = new Map<string, Val>();
  /** Library modules star-imported here, in order. */
  readonly stars: string[] = [];
  /** Values of the expressions evaluated so far, by `nodeKey`. */
  readonly records = new Map<number, Val>();
  /** Those of `records` that were read in branches that surely do not run. */
  readonly doubtful = new Set<number>();
  state: "new" | "running" | "done" = "new";
  constructor(
    readonly path: string,
    /** Dotted name relative to the importing root. */
    readonly name: string,
    private readonly parse: () => PythonSource,
    /** Absent for the document itself. */
    readonly file?: string,
    /** Its text, before it is parsed. */
    readonly text = "",
  ) {}
  private parsed: PythonSource | undefined;
  get source(): PythonSource {
    return (this.parsed ??= this.parse());
  }
}

/** A def or lambda with what it captured. */
export class FunctionValue {
  readonly kind = "function";
  constructor(
    readonly name: string,
    readonly node: SyntaxNode,
    readonly code: Code,
    readonly module: ModuleValue,
    readonly closure: Frame | undefined,
    readonly defaults: ReadonlyMap<string, Val>,
    /** The class whose body it stands in. */
    public owner?: ClassValue,
  ) {}
  /** "staticmethod", "classmethod", "property", "setter", or library decorators by qualified name. */
  readonly decorators: Val[] = [];
  role: "" | "static" | "class" | "property" = "";
  /** Its body has run for a call; the frame of the last one, for what that run did not come by. */
  entered = false;
  lastFrame: Frame | undefined;
  /** A property's setter. */
  setter = false;
  readonly attrs = new Map<string, Val>();
  /** As written, from `def` or `lambda` on. */
  get text(): string {
    return this.module.source.code.slice(this.node.from, this.node.to);
  }
}

export class Method {
  readonly kind = "method";
  constructor(
    readonly fn: FunctionValue,
    readonly self: Val,
  ) {}
}

export class ClassValue {
  readonly kind = "class";
  readonly attrs = new Map<string, Val>();
  /** Annotated names of the body in order, with the default written or undefined: dataclass-like fields. */
  readonly fields = new Map<string, Val | undefined>();
  readonly decorators: Val[] = [];
  constructor(
    readonly name: string,
    readonly node: SyntaxNode,
    readonly module: ModuleValue,
    readonly bases: readonly Val[],
  ) {}
}

/** An object of a class of the workspace. `call` is the constructor call that made it, when there is one. */
export class Instance {
  readonly kind = "instance";
  readonly attrs = new Map<string, Val>();
  constructor(
    readonly cls: ClassValue,
    readonly call?: CallResult,
  ) {}
  /** Set when attributes may be missing here. */
  open?: string;
  /** The call of its library's base: what that was made with. */
  get base(): CallResult | undefined {
    const call = this.attrs.get(BASE);
    return typeof call === "object" && call?.kind === "call" ? call : undefined;
  }
}

/** Where `Instance.base` is kept among the attributes; no name of Python's. */
export const BASE = "super()";
