import { cooldown, decay, flat, segments } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import { anything, defineSchedule, factor, integer, lr, power, real, steps } from "./define.js";

/** Schedules of reinforcement-learning tools' config files and of Deeplearning4j. Steps are environment timesteps unless said. */

const zooLinear = defineSchedule({
  id: "rl-zoo:linear",
  params: {
    learning_rate: lr("initial rate, after `lin_`"),
    n_timesteps: steps("timesteps of the run", { default: null }),
    rollout: steps("timesteps between two updates of the rate (n_steps · n_envs)", { default: 1 }),
  },
  needs: ["total_steps"],
  unit: "step",
  formula: "learning_rate · (1 − t / n_timesteps), set once per rollout",
  source: "DLR-RM/rl-baselines3-zoo, rl_zoo3/utils.py linear_schedule; stable-baselines3 common/base_class.py",
  compile({ learning_rate, n_timesteps, rollout }, { total_steps }) {
    const T = n_timesteps ?? total_steps;
    const every = Math.max(1, rollout);
    return segments(
      decay(
        Infinity,
        (t) => learning_rate * (1 - (Math.floor(t / every) * every) / T),
        every > 1 ? everyPeriod(every) : undefined,
      ),
    );
  },
});

const rllib = defineSchedule({
  id: "rllib:lr_schedule",
  params: { lr_schedule: anything("pairs [timestep, rate]", { alias: ["lr"] }) },
  unit: "step",
  formula: "linear between the pairs, the last rate after them",
  quirks: ["With lr_schedule, lr is ignored."],
  source: "ray-project/ray, rllib/utils/schedules/piecewise_schedule.py",
  compile({ lr_schedule }) {
    const pairs = lr_schedule as readonly (readonly [number, number])[];
    const last = pairs.at(-1)!;
    return segments(
      ...pairs.slice(1).map(([to, b], i) => {
        const [from, a] = pairs[i]!;
        return decay(to, (t) => a + ((t - from) / (to - from)) * (b - a));
      }),
      flat(Infinity, last[1]),
    );
  },
});

const rlGamesLinear = defineSchedule({
  id: "rl-games:linear",
  params: {
    learning_rate: lr("initial rate"),
    max_epochs: integer("epochs of the run", { default: null }),
    min_lr: lr("floor", { default: 1e-6 }),
  },
  needs: ["epochs"],
  unit: "epoch",
  formula: "min_lr + (learning_rate − min_lr) · max(0, 1 − t / max_epochs)",
  source: "Denys88/rl_games, rl_games/common/schedulers.py",
  compile({ learning_rate, max_epochs, min_lr }, { epochs }) {
    const T = max_epochs ?? epochs;
    return segments(
      decay(T, (t) => min_lr + (learning_rate - min_lr) * (1 - t / T)),
      cooldown(Infinity, min_lr),
    );
  },
});

const identity = ["rl-games:identity", "rsl-rl:fixed"].map((id) =>
  defineSchedule({
    id,
    params: { learning_rate: lr("the rate") },
    unit: "step",
    formula: "learning_rate",
    source: "Denys88/rl_games; leggedrobotics/rsl_rl",
    compile: ({ learning_rate }) => segments(flat(Infinity, learning_rate)),
  }),
);

/** The KL divergence of each update drives the rate; without it the start is all that is known. */
const adaptive = (id: string, source: string, up: number, ceiling: number) =>
  defineSchedule({
    id,
    params: {
      learning_rate: lr("initial rate"),
      kl_threshold: real("the KL divergence aimed at", {
        default: id.startsWith("rsl") ? 0.01 : 0.008,
        alias: ["desired_kl"],
      }),
      min_lr: lr("floor", { default: id.startsWith("rsl") ? 1e-5 : 1e-6 }),
      max_lr: lr("ceiling", { default: ceiling }),
    },
    unit: "step",
    formula: `÷ ${up} when KL > 2 · threshold, × ${up} when KL < threshold / 2`,
    quirks: ["Driven by the KL divergence measured in training: without it only the initial rate is known."],
    source,
    compile({ learning_rate, kl_threshold, min_lr, max_lr }, { metrics = [] }) {
      const live = () => {
        const run = {
          lr: learning_rate,
          step(kl: number): string | undefined {
            const before = run.lr;
            if (kl > 2 * kl_threshold) run.lr = Math.max(run.lr / up, min_lr);
            else if (kl > 0 && kl < kl_threshold / 2) run.lr = Math.min(run.lr * up, max_lr);
            return run.lr === before ? undefined : `KL ${kl}: ${before} → ${run.lr}`;
          },
        };
        return run;
      };
      const [run, rates, events] = [live(), [learning_rate], [] as { at: number; because: string }[]];
      metrics.forEach((kl, i) => {
        const because = run.step(kl);
        if (because) events.push({ at: i + 1, because });
        rates.push(run.lr);
      });
      const rate = (t: number) => rates[Math.min(t, rates.length - 1)]!;
      return { lr: segments(flat(Infinity, rate, (t) => events.find((e) => e.at > t)?.at ?? Infinity)), live, events };
    },
  });

const dl4jSource = "deeplearning4j, nd4j/linalg/schedule";
const value = lr("rate at the start");
const dl4j = [
  defineSchedule({
    id: "dl4j:ExponentialSchedule",
    params: { initialValue: value, gamma: factor("factor per step") },
    unit: "step",
    formula: "initialValue · gamma^t",
    source: dl4jSource,
    compile: ({ initialValue, gamma }) => segments(decay(Infinity, (t) => initialValue * gamma ** t)),
  }),
  defineSchedule({
    id: "dl4j:StepSchedule",
    params: { initialValue: value, decayRate: factor("factor of a drop"), step: real("steps between drops") },
    unit: "step",
    formula: "initialValue · decayRate^⌊t / step⌋",
    source: dl4jSource,
    compile: ({ initialValue, decayRate, step }) =>
      segments(decay(Infinity, (t) => initialValue * decayRate ** Math.floor(t / step), everyPeriod(step))),
  }),
  defineSchedule({
    id: "dl4j:InverseSchedule",
    params: { initialValue: value, gamma: factor("slope"), power: power("exponent") },
    unit: "step",
    formula: "initialValue / (1 + gamma · t)^power",
    source: dl4jSource,
    compile: ({ initialValue, gamma, power }) =>
      segments(decay(Infinity, (t) => initialValue / (1 + gamma * t) ** power)),
  }),
  defineSchedule({
    id: "dl4j:PolySchedule",
    params: { initialValue: value, power: power("exponent"), maxIter: steps("steps of the run") },
    unit: "step",
    formula: "initialValue · (1 − t / maxIter)^power, 0 past it",
    source: dl4jSource,
    compile: ({ initialValue, power, maxIter }) =>
      segments(
        decay(maxIter, (t) => initialValue * (1 - t / maxIter) ** power),
        cooldown(Infinity, 0),
      ),
  }),
  defineSchedule({
    id: "dl4j:SigmoidSchedule",
    params: { initialValue: value, gamma: factor("steepness"), stepSize: steps("step of the middle") },
    unit: "step",
    formula: "initialValue / (1 + e^(gamma · (t − stepSize)))",
    source: dl4jSource,
    compile: ({ initialValue, gamma, stepSize }) =>
      segments(decay(Infinity, (t) => initialValue / (1 + Math.exp(gamma * (t - stepSize))))),
  }),
  defineSchedule({
    id: "dl4j:MapSchedule",
    params: { values: anything("rates by step") },
    unit: "step",
    formula: "the rate of the last key ≤ t",
    source: dl4jSource,
    compile({ values }) {
      const pairs = [...(values as ReadonlyMap<unknown, unknown>)]
        .map(([k, v]) => [Number(k), Number(v)] as const)
        .sort((a, b) => a[0] - b[0]);
      return segments(...pairs.map(([, rate], i) => flat(pairs[i + 1]?.[0] ?? Infinity, rate)));
    },
  }),
];

export const configToolsRl = [
  zooLinear,
  rllib,
  rlGamesLinear,
  ...identity,
  adaptive("rl-games:adaptive", "Denys88/rl_games, rl_games/common/schedulers.py", 1.5, 1e-2),
  adaptive("rsl-rl:adaptive", "leggedrobotics/rsl_rl, algorithms/ppo.py", 1.5, 1e-2),
  ...dl4j,
];
