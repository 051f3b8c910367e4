import type { Rates } from "../../src/panel/protocol.js";

/** Arrays of rates are compared by content: a drag that changes nothing starts nothing. */
export function sameInputs(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i] || sameRates(x, b[i]));
}

function sameRates(a: unknown, b: unknown): boolean {
  if (!isRates(a) || !isRates(b) || a.stride !== b.stride || a.rates.length !== b.rates.length) return false;
  return a.rates.every((x, i) => x === b.rates[i]);
}

const isRates = (x: unknown): x is Rates => typeof x === "object" && x !== null && "rates" in x;
