import { rateFunction, word } from "./define.js";

/** How the heights of cyclic rates go on from cycle to cycle, as PyTorch names it and others after it. */
export const triangularModes = ["triangular", "triangular2", "exp_range"];
export const triangularMode = word("how the height goes on", { default: "triangular", choices: triangularModes });
export const scaleMode = word("what scale_fn is given: the cycle's number (from 1) or the step", {
  default: "cycle",
  choices: ["cycle", "iterations"],
});
export const scaleFunction = rateFunction("height as a function, in place of mode", { default: null });
