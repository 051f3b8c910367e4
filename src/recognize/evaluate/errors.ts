import type { Unknown, Val } from "./values.js";

/** An exception of the interpreted Python. */
export class PyError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly value?: Val,
  ) {
    super(message);
  }
}

/** A bound was exceeded; the message says which. */
export class TooComplex extends Error {}

/** Concrete interpretation met something that is not known. */
export class NotKnown extends Error {
  constructor(readonly unknown: Unknown) {
    super(unknown.because);
  }
}

export const LIMITS = {
  /** Operations in one run of a file. */
  fuel: 400_000,
  /** Operations in one call of a rate function. */
  callFuel: 200_000,
  depth: 100,
  /** Items of a list, characters of a string. */
  length: 100_000,
  bits: 4096,
  alternatives: 8,
} as const;
