import { describe, expect, it, vi } from "vitest";
import type { ScheduleView } from "../../src/panel/protocol.js";
import {
  batchOf,
  cleanSettings,
  constantOf,
  defaults,
  fitTo,
  optimizerOf,
  specFor,
  type SimulationSettings,
} from "../../webview/simulation/settings.js";

vi.stubGlobal("acquireVsCodeApi", () => ({ getState: () => undefined }));

const rates = (list: Float64Array, stride = 1) => ({ rates: list, stride });
const view = (change: Partial<ScheduleView> = {}): ScheduleView =>
  ({
    key: "k",
    totalSteps: 1000,
    axes: [{ name: "steps", perUnit: 1 }],
    simulation: rates(new Float64Array(1000).fill(0.1)),
    ghosts: [],
    ...change,
  }) as ScheduleView;
const set = (change: Partial<SimulationSettings>): SimulationSettings => ({ ...defaults, ...change });

describe("settings", () => {
  it.each([
    { old: undefined, expected: defaults, why: "nothing saved" },
    {
      old: { problem: "banana", condition: NaN, seed: "7" },
      expected: { ...defaults, condition: undefined },
      why: "a damaged state",
    },
    {
      old: { problem: "beale", noise: 0, batch: 8, later: 1 },
      expected: { ...defaults, problem: "beale", noise: 0, batch: 8 },
      why: "a good one",
    },
  ])("$why", ({ old, expected }) => {
    const clean = cleanSettings(old);
    for (const [name, value] of Object.entries(expected))
      if (!Number.isNaN(value)) expect(clean[name as keyof SimulationSettings]).toEqual(value);
  });

  it.each([
    { optimizer: undefined, expected: { kind: "sgd" }, why: "none in the file" },
    {
      optimizer: { name: "torch.optim.AdamW", kind: "adamw", settings: { betas: [0.9, 0.95], weight_decay: 0.1 } },
      expected: { kind: "adamw", betas: [0.9, 0.95] },
      why: "PyTorch",
    },
    {
      optimizer: { name: "keras.optimizers.Adam", kind: "adam", settings: { beta_1: 0.8 } },
      expected: { kind: "adam", betas: [0.8, 0.999] },
      why: "Keras",
    },
    {
      optimizer: { name: "tf.train.MomentumOptimizer", kind: "sgd", settings: { momentum: 0.5, use_nesterov: true } },
      expected: { kind: "sgd", momentum: 0.5, nesterov: true },
      why: "TensorFlow 1",
    },
    {
      optimizer: { name: "Lion", kind: null, settings: {} },
      expected: { kind: "sgd" },
      why: "one that is not simulated",
    },
    {
      optimizer: { name: "SGD", kind: "sgd", settings: { momentum: 7 } },
      expected: { kind: "sgd" },
      why: "a setting that no optimizer takes",
    },
  ])("the file's optimizer: $why", ({ optimizer, expected }) =>
    expect(optimizerOf(view({ optimizer: optimizer as ScheduleView["optimizer"] }), defaults)).toMatchObject(expected),
  );

  it("the batch is the file's, where it says one", () => {
    expect(batchOf(view(), defaults)).toBe(32);
    expect(batchOf(view({ axes: [{ name: "samples", perUnit: 1 / 128 }] }), defaults)).toBe(128);
    expect(batchOf(view(), set({ batch: 4 }))).toBe(4);
  });
});

describe("the specification", () => {
  const fit = fitTo(view(), defaults, view().simulation);
  it("runs the rates at the toy's scale and tells them back", () => {
    const parsed = specFor(view(), defaults, view().simulation, fit);
    if (!parsed.ok) throw new Error(parsed.because);
    expect(parsed.spec.rates[0]).toBeCloseTo(0.1 * fit.scale, 15);
    expect(parsed.spec.told).toEqual({ scale: fit.scale, stride: 1 });
    expect(constantOf(parsed.spec).rates).toEqual(parsed.spec.rates);
  });
  it("compresses to the problem's budget and says by how much", () => {
    const parsed = specFor(view(), set({ problem: "network" }), rates(new Float64Array(50_000).fill(0.1), 20), fit);
    expect(parsed.ok && [parsed.spec.rates.length, parsed.spec.told!.stride]).toEqual([2000, 500]);
  });
  it("the rate above which it grows can be set", () => {
    const own = set({ growsAbove: 0.4, condition: 10 });
    expect(fitTo(view(), own, view().simulation).scale).toBeCloseTo(0.2 / 0.4, 12);
  });
  it.each([
    { list: new Float64Array(0), settings: defaults, says: "no steps", why: "an empty run" },
    { list: Float64Array.of(0.1, -0.1), settings: defaults, says: "step 1 is negative", why: "a negative rate" },
    {
      list: Float64Array.of(0.1),
      settings: set({ problem: "logistic", batch: 1000 }),
      says: "larger than the data",
      why: "a batch larger than the data",
    },
  ])("$why is told", ({ list, settings, says }) => {
    const parsed = specFor(view(), settings, rates(list), fit);
    expect(parsed.ok ? "accepted" : parsed.because).toContain(says);
  });
});
