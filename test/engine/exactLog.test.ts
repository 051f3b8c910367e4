import { expect, test } from "vitest";
import { exactLog } from "../../src/engine/exactLog.js";

/** From Python's math.log (glibc). */
test.each([
  [3, 1.0986122886681098],
  [243, 5.493061443340548],
  [1.5, 0.4054651081081644],
  [10, 2.302585092994046],
  [1e-300, -690.7755278982137],
  [0.9999999999, -1.000000082790371e-10],
  [5, 1.6094379124341003],
  [125, 4.8283137373023015],
  [1, 0],
])("log %s", (x, expected) => expect(exactLog(x)).toBe(expected));
