import { describe, expect, it } from "vitest";
import { cos, exp, log, sigmoid, sin, softplus, tanh } from "../../src/simulate/elementary.js";

const sweep = (from: number, to: number) => Array.from({ length: 4001 }, (_, i) => from + ((to - from) * i) / 4000);

describe("functions from rounded operations only", () => {
  it.each([
    { name: "exp", own: exp, host: Math.exp, xs: sweep(-700, 700) },
    { name: "log", own: log, host: Math.log, xs: [...sweep(1e-6, 3), ...sweep(3, 1e9), 5e-324, 1e-310, 1e308] },
    { name: "tanh", own: tanh, host: Math.tanh, xs: [...sweep(-30, 30), 1e-9, -0.0999, 0.1001] },
  ])("$name is within 1e-15 of the host's", ({ own, host, xs }) => {
    for (const x of xs) expect(Math.abs(own(x) - host(x)), `${x}`).toBeLessThanOrEqual(1.2e-15 * Math.abs(host(x)));
  });

  it.each([
    { name: "sin", own: sin, host: Math.sin },
    { name: "cos", own: cos, host: Math.cos },
  ])("$name is within 1e-15 of the host's", ({ own, host }) => {
    for (const x of sweep(-50, 50)) expect(Math.abs(own(x) - host(x)), `${x}`).toBeLessThanOrEqual(1e-15);
  });

  it.each([
    { of: exp(0), expected: 1, why: "exp(0)" },
    { of: exp(-800), expected: 0, why: "underflow" },
    { of: exp(710), expected: Infinity, why: "overflow" },
    { of: exp(NaN), expected: NaN, why: "NaN stays" },
    { of: log(0), expected: -Infinity, why: "log at its pole" },
    { of: log(-1), expected: NaN, why: "log of a negative" },
    { of: log(1), expected: 0, why: "log(1)" },
    { of: softplus(800), expected: 800, why: "no overflow" },
    { of: softplus(-800), expected: 0, why: "no underflow to NaN" },
    { of: sigmoid(-800), expected: 0, why: "sigmoid's foot" },
    { of: sigmoid(800), expected: 1, why: "sigmoid's shoulder" },
    { of: tanh(1000), expected: 1, why: "tanh saturates" },
  ])("$why", ({ of, expected }) => expect(of).toBe(expected));
});
