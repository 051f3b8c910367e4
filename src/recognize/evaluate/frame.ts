import type { Code } from "./code.js";
import type { Machine } from "./machine.js";
import type { ClassValue, ModuleValue } from "./objects.js";
import type { Val } from "./values.js";

/** One activation of a function, class body or module. */
export class Frame {
  readonly slots: (Val | undefined)[];
  /** Value of a return statement that surely ran. */
  returned: Val | undefined;
  /** Values of return statements that may have run. */
  readonly maybeReturned: Val[] = [];
  yields: Val[] | undefined;
  /** Some are yielded in a loop that is not followed: nobody knows how many. */
  endless = false;
  /** Enclosing conditions of this frame that are not decided: a return there is only possible. */
  forks = 0;
  /** Of a class body: the class, and its annotated names. */
  class: ClassValue | undefined;
  fields: Map<string, Val | undefined> | undefined;
  constructor(
    readonly m: Machine,
    readonly code: Code,
    readonly module: ModuleValue,
    /** The frame of the enclosing function. */
    readonly parent: Frame | undefined,
    /** Where names are kept in a module or class body. */
    readonly names?: Map<string, Val>,
    /** For super(): the class of the method and its first argument. */
    readonly owner?: ClassValue,
  ) {
    this.slots = code.size ? new Array<Val | undefined>(code.size).fill(undefined) : [];
  }
}

/** How a statement ended. */
export const enum Flow {
  Next,
  Break,
  Continue,
  Return,
  /** Ended by raise or exit in a branch that is not sure to run. */
  Gone,
}

export type Ex = (frame: Frame) => Val;
export type St = (frame: Frame) => Flow;
