import type { Unknown } from "./values.js";

/*
 * Control flow of the interpreted program, thrown in great numbers: no stack traces are taken.
 */

/** An exception of the interpreted Python. */
export class PyError {
  constructor(
    readonly type: string,
    readonly message: string,
  ) {}
}

/** A bound was exceeded; the message says which. */
export class TooComplex {
  constructor(readonly message: string) {}
}

/** Concrete interpretation met something that is not known. */
export class NotKnown {
  constructor(readonly unknown: Unknown) {}
  get message(): string {
    return this.unknown.because;
  }
}

export const LIMITS = {
  /** Operations in one run of a file, and in all its runs (from several functions) together, past which none begins. */
  fuel: 80_000,
  total: 100_000,
  /** Past these what other files' code does ends, and then the file's own. */
  imported: 110_000,
  most: 180_000,
  /** Operations that a call which waited has at least, as long as there are any. */
  waited: 10_000,
  /** Operations in one call of a rate function. */
  callFuel: 1_000_000,
  depth: 100,
  /** Items of a list, characters of a string. */
  length: 100_000,
  /** Numbers of an array. */
  array: 1_000_000,
  bits: 4096,
  alternatives: 8,
} as const;

/** What going through values (comparing them, making lists and arrays of them) may still cost in the present run: those that do it have no machine at hand. Outside of runs nothing is counted. */
export const walking = { left: Number.MAX_SAFE_INTEGER };
export const mostWalking = 600_000;

/** Spends so many steps of a walk through values; throws when there are none left. */
export function walk(steps = 1): void {
  if ((walking.left -= steps) < 0) throw new TooComplex("values of too many parts");
}
