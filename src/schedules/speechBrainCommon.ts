import { power } from "../engine/python.js";

/** Where SpeechBrain's schedulers are found, and by which name a recipe's YAML calls them. */
export const speechBrain = {
  homes: ["speechbrain.nnet.schedulers.", "speechbrain:"],
  source: "speechbrain 1.1.2, speechbrain/nnet/schedulers.py",
};

/** norm · min(n^−½, n · W^−3/2): Noam's factor at the update n, counted from 1. */
export function noam(n: number, W: number, norm: number): number {
  return norm * Math.min(power(n, -0.5), n * power(W, -1.5));
}
