import { expect, it } from "vitest";
import { formatLike } from "../../src/source/numberStyle.js";

it.each([
  { literal: "3e-4", value: 0.0001, expected: "1e-4", why: "exponent stays" },
  { literal: "3E-04", value: 0.00025, expected: "2.5E-04", why: "mark and padding stay" },
  { literal: "1e3", value: 2000, expected: "2e3", why: "positive exponent without a sign" },
  { literal: "1.0e-5", value: 0.00002, expected: "2.0e-5", why: "the point that makes it a YAML float stays" },
  { literal: "0.001", value: 0.0005, expected: "0.0005", why: "plain stays plain" },
  { literal: "0.10", value: 0.2, expected: "0.20", why: "two decimals stay" },
  { literal: ".5", value: 0.25, expected: ".25", why: "no leading zero" },
  { literal: "1.", value: 2, expected: "2.", why: "a bare point" },
  { literal: "1.0", value: 3, expected: "3.0", why: "a float stays a float" },
  { literal: "1_000", value: 25000, expected: "25_000", why: "underscores" },
  { literal: "1000", value: 2500, expected: "2500", why: "integer" },
  { literal: "1000", value: 0.5, expected: "0.5", why: "an integer cannot spell a fraction" },
  { literal: "0.001", value: 1e-9, expected: "1e-9", why: "too small to read plainly" },
  { literal: "0.5", value: 0, expected: "0.0", why: "zero keeps its type" },
  { literal: "1e-3", value: 0, expected: "0.0", why: "zero has no exponent" },
  { literal: "lr", value: 0.1, expected: "0.1", why: "no style to keep" },
])("$literal with $value: $why", ({ literal, value, expected }) => expect(formatLike(literal, value)).toBe(expected));
