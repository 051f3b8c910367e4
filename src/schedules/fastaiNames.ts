import { library } from "./library.js";

/** A value by the position in the run, from 0 to 1. */
export type Anneal = (pos: number) => number;
export const line =
  (a: number, b: number): Anneal =>
  (pos) =>
    a + pos * (b - a);
export const cos =
  (a: number, b: number): Anneal =>
  (pos) =>
    a + ((1 + Math.cos(Math.PI * (1 - pos))) * (b - a)) / 2;

const modules = ["vision", "text", "tabular", "callback", "medical.imaging"]
  .map((m) => `fastai.${m}.all`)
  .concat("fastai.basics", "fastai.collab");
const source = "fastai 2.8.12, fastai/callback/schedule.py";
export const ofFunctions = library({
  homes: (name) => [`fastai.callback.schedule.${name}`, ...modules.map((m) => `${m}.${name}`)],
  source,
});
/** What a Learner does: its rate per training batch. */
export const ofLearner = library({
  homes: ["fastai.learner.Learner.", "Learner.", "fastai.callback.schedule.Learner."],
  source,
  needs: ["steps_per_epoch", "initial_lr"],
});
