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
export const names = (name: string) => ({
  id: `fastai.callback.schedule.${name}`,
  aliases: modules.map((m) => `${m}.${name}`),
});
export const methodNames = (name: string) => ({
  id: `fastai.learner.Learner.${name}`,
  aliases: [`Learner.${name}`, `fastai.callback.schedule.Learner.${name}`],
});
export const common = { unit: "step", source: "fastai 2.8.12, fastai/callback/schedule.py" } as const;
