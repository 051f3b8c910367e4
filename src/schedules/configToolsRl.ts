import { cooldown, decay, flat, segments } from "../engine/segments.js";
import { everyPeriod } from "../engine/shapes.js";
import { anything, lr, real, steps, type Compiled, type LiveSchedule } from "./define.js";
import { library } from "./library.js";

/** Schedules of reinforcement-learning tools' config files. Steps are environment timesteps unless said. */

const rlGames = { homes: ["rl-games:"], source: "Denys88/rl_games, rl_games/common/schedulers.py" };
const rslRl = { homes: ["rsl-rl:"], source: "leggedrobotics/rsl_rl, algorithms/ppo.py" };
const initial = lr("initial rate");

/** An adaptive rate goes up and down by this. */
const step = 1.5;

export const configToolsRl = [
  library({
    homes: ["rl-zoo:"],
    source: "DLR-RM/rl-baselines3-zoo, rl_zoo3/utils.py linear_schedule; stable-baselines3 common/base_class.py",
  })({
    name: "linear",
    needs: ["total_steps"],
    params: {
      learning_rate: lr("initial rate, after `lin_`"),
      n_timesteps: steps("timesteps of the run", { default: null }),
      rollout: steps("timesteps between two updates of the rate (n_steps · n_envs)", { default: 1 }),
    },
    formula: "learning_rate · (1 − t / n_timesteps), set once per rollout",
    rule({ learning_rate, n_timesteps, rollout }, { total_steps }) {
      const T = (n_timesteps as number | null) ?? total_steps;
      const every = Math.max(1, rollout);
      const rate = (t: number) => learning_rate * (1 - (Math.floor(t / every) * every) / T);
      return segments(decay(Infinity, rate, every > 1 ? everyPeriod(every) : undefined));
    },
  }),
  library({ homes: ["rllib:"], source: "ray-project/ray, rllib/utils/schedules/piecewise_schedule.py" })({
    name: "lr_schedule",
    params: { lr_schedule: anything("pairs [timestep, rate]", { alias: ["lr"] }) },
    formula: "linear between the pairs, the last rate after them",
    quirks: ["With lr_schedule, lr is ignored."],
    rule({ lr_schedule }) {
      const pairs = lr_schedule as readonly (readonly [number, number])[];
      const lines = pairs.slice(1).map(([to, b], i) => {
        const [from, a] = pairs[i]!;
        return decay(to, (t) => a + ((t - from) / (to - from)) * (b - a));
      });
      return segments(...lines, flat(Infinity, pairs.at(-1)![1]));
    },
  }),
  library(rlGames)({
    name: "linear",
    unit: "epoch",
    needs: ["epochs"],
    params: {
      learning_rate: initial,
      max_epochs: null,
      min_lr: 1e-6,
    },
    formula: "min_lr + (learning_rate − min_lr) · max(0, 1 − t / max_epochs)",
    rule({ learning_rate, max_epochs, min_lr }, { epochs }) {
      const T = (max_epochs as number | null) ?? epochs;
      const fall = decay(T, (t) => min_lr + (learning_rate - min_lr) * (1 - t / T));
      return segments(fall, cooldown(Infinity, min_lr));
    },
  }),
  ...["rl-games:identity", "rsl-rl:fixed"].map((id) =>
    library({ homes: () => [id], source: "Denys88/rl_games; leggedrobotics/rsl_rl" })({
      name: id,
      params: { learning_rate: lr("the rate") },
      formula: "learning_rate",
      rule: ({ learning_rate }) => segments(flat(Infinity, learning_rate)),
    }),
  ),
  ...[
    { of: rlGames, threshold: 0.008, floor: 1e-6 },
    { of: rslRl, threshold: 0.01, floor: 1e-5 },
  ].map(({ of, threshold, floor }) =>
    library(of)({
      name: "adaptive",
      params: {
        learning_rate: initial,
        kl_threshold: real("the KL divergence aimed at", { default: threshold, alias: ["desired_kl"] }),
        min_lr: lr("floor", { default: floor }),
        max_lr: lr("ceiling", { default: 1e-2 }),
      },
      formula: `÷ ${step} when KL > 2 · threshold, × ${step} when KL < threshold / 2`,
      quirks: ["Driven by the KL divergence measured in training: without it only the initial rate is known."],
      rule: (a, { metrics = [] }) => followed(() => adaptive(a), metrics),
    }),
  ),
];

interface Adaptive {
  readonly learning_rate: number;
  readonly kl_threshold: number;
  readonly min_lr: number;
  readonly max_lr: number;
}

/** The KL divergence of each update drives the rate. */
function adaptive({ learning_rate, kl_threshold, min_lr, max_lr }: Adaptive): LiveSchedule {
  return {
    lr: learning_rate,
    step(kl) {
      const before = this.lr;
      if (kl > 2 * kl_threshold) this.lr = Math.max(before / step, min_lr);
      else if (kl > 0 && kl < kl_threshold / 2) this.lr = Math.min(before * step, max_lr);
      return this.lr === before ? undefined : `KL ${kl}: ${before} → ${this.lr}`;
    },
  };
}

/** The rates under these metrics; past them, and without any, nothing more is known and the last one stays. */
function followed(live: () => LiveSchedule, metrics: readonly number[]): Compiled {
  const run = live();
  const [rates, events] = [[run.lr], [] as { at: number; because: string }[]];
  metrics.forEach((metric, i) => {
    const because = run.step(metric);
    if (because) events.push({ at: i + 1, because });
    rates.push(run.lr);
  });
  const rate = (t: number) => rates[Math.min(t, rates.length - 1)]!;
  return { lr: segments(flat(Infinity, rate, (t) => events.find((e) => e.at > t)?.at ?? Infinity)), live, events };
}
