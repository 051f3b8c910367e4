import { expect, it } from "vitest";
import { formatAxisCount, formatCount, formatRate, formatShare } from "../../src/picture/format.js";

it.each([
  { value: 0.1, expected: "0.1", why: "plain" },
  { value: 0.01332, expected: "0.0133", why: "three digits" },
  { value: 1e-4, expected: "0.0001", why: "the smallest plain one" },
  { value: 3.24e-6, expected: "3.24e-6", why: "an exponent below" },
  { value: 0, expected: "0", why: "zero" },
  { value: 4340, expected: "4340", why: "large" },
  { value: NaN, expected: "NaN", why: "not a number is said" },
  { value: Infinity, expected: "∞", why: "infinite is said" },
])("rate $value as $expected: $why", ({ value, expected }) => expect(formatRate(value)).toBe(expected));

it.each([
  { value: 100000, expected: "100,000" },
  { value: 999, expected: "999" },
  { value: 1.25, expected: "1.25" },
])("count $value as $expected", ({ value, expected }) => expect(formatCount(value)).toBe(expected));

it.each([
  { value: 50000, expected: "50 k" },
  { value: 2.5e9, expected: "2.5 G" },
  { value: 9000, expected: "9,000" },
])("axis count $value as $expected", ({ value, expected }) => expect(formatAxisCount(value)).toBe(expected));

it("shares have two digits", () => expect(formatShare(0.0555)).toBe("5.5 %"));
