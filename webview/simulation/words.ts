import type { ScheduleView } from "../../src/panel/protocol.js";
import type { Verdict } from "../../src/simulate/verdict.js";
import { lossText, rateText } from "../format.js";
import { batchOf, optimizerOf, type Fit, type SimulationSettings } from "./settings.js";

const problemWords = {
  quadratic: "a noisy quadratic",
  logistic: "logistic regression",
  network: "a two-layer network",
  ravine: "a ravine",
  rosenbrock: "Rosenbrock's valley",
  beale: "Beale's function",
  himmelblau: "Himmelblau's function",
} as const;
const optimizerWords: Readonly<Record<string, string>> = {
  sgd: "SGD",
  adam: "Adam",
  adamw: "AdamW",
  rmsprop: "RMSProp",
  adagrad: "Adagrad",
  "heavy ball": "Heavy ball",
  nesterov: "Nesterov",
};

/** "SGD on a noisy quadratic, κ = 20, batch 32, 32 seeds". */
export function titleOf(view: ScheduleView, settings: SimulationSettings, { condition }: Fit, seeds: number): string {
  const optimizer = optimizerOf(view, settings);
  const momentum =
    typeof optimizer.momentum === "number" && optimizer.momentum > 0
      ? `, momentum ${rateText(optimizer.momentum)}`
      : "";
  const name = `${optimizerWords[String(optimizer.kind)]}${optimizer.nesterov === true ? " (Nesterov)" : ""}${momentum}`;
  const unknown =
    settings.optimizer === "file" && view.optimizer && !view.optimizer.kind ? ` (for ${view.optimizer.name})` : "";
  const { problem, data } = settings;
  const detail =
    problem === "quadratic"
      ? `, κ = ${rateText(condition)}`
      : problem === "logistic" || problem === "network"
        ? ` on ${data}`
        : "";
  return `${name}${unknown} on ${problemWords[problem]}${detail}, batch ${batchOf(view, settings)}, ${seeds} seeds`;
}

/** The verdict, and what the constant rate does beside it. */
export function verdictWords(own: Verdict, constant: Verdict | undefined, name: string): [string, string] {
  if (!constant) return [own.sentence, ""];
  const verb = { converges: "converges to", wanders: "wanders at", stalls: "stalls at", diverges: "diverges" }[
    constant.kind
  ];
  const finite = Number.isFinite(constant.loss) && constant.kind !== "diverges";
  const ratio = constant.loss / own.loss;
  const beside =
    !finite || !(own.loss > 0) || !Number.isFinite(ratio)
      ? ""
      : ratio >= 1.1
        ? `, ${rateText(ratio, 2)} times higher`
        : ratio <= 1 / 1.1
          ? `, ${rateText(1 / ratio, 2)} times lower`
          : ", about as high";
  return [own.sentence, `A ${name} ${verb}${finite ? ` ${lossText(constant.loss)}` : ""}${beside}.`];
}
