import { describe, expect, it } from "vitest";
import { assumedOf, metricsOf, stepsOf } from "../../src/cli/call.js";

describe("the words of a call", () => {
  it.each([
    { text: "0,1,10..13,1e3", steps: [0, 1, 10, 11, 12, 13, 1000], why: "lists, ranges with both ends, exponents" },
    { text: "5", steps: [5], why: "one step" },
    { text: "1_000", steps: [1000], why: "Python's grouping" },
  ])("--at $text: $why", ({ text, steps }) => expect(stepsOf(text)).toEqual(steps));

  it.each(["-1", "x", "1.5", "1..2..3", ""])("--at %j is refused", (text) =>
    expect(() => stepsOf(text)).toThrow(/--at/),
  );

  it("--metrics takes numbers that are not finite too", () => {
    expect(metricsOf("0.9, nan,-inf")).toEqual([0.9, NaN, -Infinity]);
    expect(() => metricsOf("0.9,good")).toThrow(/not a number/);
  });

  it.each([
    { pair: "len(train_loader)=500", name: "len(train_loader)", value: 500, why: "a name with parentheses" },
    { pair: "max_duration=10ep", name: "max_duration", value: "10ep", why: "text stays text" },
    { pair: "milestones=[3, 6]", name: "milestones", value: [3, 6], why: "lists as JSON" },
    { pair: "staircase=True", name: "staircase", value: true, why: "Python's booleans" },
    { pair: "args.x==3", name: "args.x=", value: 3, why: "the last = counts" },
  ])("--assume $pair: $why", ({ pair, name, value }) => expect(assumedOf([pair]).get(name)).toEqual(value));

  it("--assume without = is refused", () => expect(() => assumedOf(["gamma"])).toThrow(/NAME=VALUE/));
});
