import { describe, expect, it } from "vitest";
import { axisCount, lossText, rateText, readNumber, readNumbers, roundTo } from "../../webview/format.js";
import { decades } from "../../webview/ticks.js";

describe("what is typed", () => {
  it.each([
    { text: "1e-3", expected: 0.001 },
    { text: ".5", expected: 0.5 },
    { text: "5.", expected: 5 },
    { text: "1_000", expected: 1000 },
    { text: "1,000", expected: 1000 },
    { text: "12,345.5", expected: 12345.5 },
    { text: " −2 ", expected: -2 },
    { text: "3E4", expected: 30000 },
    { text: "1,00", expected: undefined },
    { text: "1e999", expected: undefined },
    { text: "", expected: undefined },
    { text: "0x10", expected: undefined },
    { text: "nan", expected: undefined },
    { text: "1 2", expected: undefined },
  ])('"$text" is $expected', ({ text, expected }) => expect(readNumber(text)).toBe(expected));

  it.each([
    { text: "30, 60, 90", expected: [30, 60, 90] },
    { text: "[30 60]", expected: [30, 60] },
    { text: "(1e-1; 2)", expected: [0.1, 2] },
    { text: "[]", expected: [] },
    { text: "30, x", expected: undefined },
  ])('the list "$text"', ({ text, expected }) => expect(readNumbers(text)).toEqual(expected));
});

describe("what is shown", () => {
  it.each([
    { shown: rateText(0.1), expected: "0.1" },
    { shown: rateText(0.013258), expected: "0.0133" },
    { shown: rateText(3e-5), expected: "3e-5" },
    { shown: rateText(0), expected: "0" },
    { shown: rateText(2.5e7), expected: "2.5e7" },
    { shown: lossText(1.4e-4), expected: "1.4e-4" },
    { shown: lossText(3e-5), expected: "3e-5" },
    { shown: lossText(0.0038), expected: "0.0038" },
    { shown: axisCount(50_000), expected: "50 k" },
    { shown: axisCount(1_500_000), expected: "1.5 M" },
    { shown: axisCount(9000), expected: "9,000" },
  ])("$expected", ({ shown, expected }) => expect(shown).toBe(expected));

  it.each([
    { x: 0.123456, resolution: 0.0007, expected: 0.123 },
    { x: 1234.5, resolution: 30, expected: 1250 },
    { x: 7, resolution: 0, expected: 7 },
  ])("$x dragged with $resolution for a pixel is $expected", ({ x, resolution, expected }) =>
    expect(roundTo(x, resolution)).toBeCloseTo(expected, 12),
  );

  it.each([
    { from: 1e-6, to: 10, expected: [1e-5, 1e-3, 1e-1, 10], why: "every other decade when there are eight" },
    { from: 0.03, to: 0.9, expected: [0.05, 0.1, 0.2, 0.5], why: "1, 2, 5 within less than two" },
  ])("log ticks from $from to $to: $why", ({ from, to, expected }) => expect(decades(from, to)).toEqual(expected));
});
