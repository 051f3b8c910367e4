import type { ScheduleView } from "../../src/panel/protocol.js";
import { h, setAttribute, setText } from "../dom.js";
import { rateText, readNumber } from "../format.js";
import { button, dropdown, textField, type Chooser, type Field } from "../toolkit.js";
import { batchOf, optimizerOf, type Fit, type SimulationSettings } from "./settings.js";

interface NumberRow {
  readonly name: "condition" | "dimension" | "noise" | "batch" | "labelNoise" | "seed" | "growsAbove";
  readonly label: string;
  readonly hint: string;
  readonly whole?: boolean;
  readonly min: number;
  readonly max: number;
  readonly above?: boolean;
  /** May be left empty: the fitted value is used. */
  readonly optional?: boolean;
  readonly when: (settings: SimulationSettings) => boolean;
}

const onData = ({ problem }: SimulationSettings) => problem === "logistic" || problem === "network";
const rows: readonly NumberRow[] = [
  {
    name: "condition",
    optional: true,
    label: "condition number",
    hint: "steepest over flattest curvature",
    min: 1,
    max: 1e6,
    when: (s) => s.problem === "quadratic",
  },
  {
    name: "dimension",
    label: "dimensions",
    hint: "directions, from flat to steep",
    whole: true,
    min: 1,
    max: 100,
    when: (s) => s.problem === "quadratic",
  },
  {
    name: "noise",
    optional: true,
    label: "gradient noise σ",
    hint: "of one sample, for each coordinate",
    min: 0,
    max: 1e6,
    when: (s) => !onData(s),
  },
  {
    name: "batch",
    label: "batch size",
    hint: "samples of one update",
    whole: true,
    min: 1,
    max: 1e9,
    optional: true,
    when: () => true,
  },
  { name: "labelNoise", label: "flipped labels", hint: "part of all labels", min: 0, max: 0.5, when: onData },
  {
    name: "growsAbove",
    label: "grows above",
    hint: "the rate at which your run becomes unstable, when you know it",
    min: 0,
    max: 1e9,
    above: true,
    optional: true,
    when: (s) => s.problem !== "network",
  },
  {
    name: "seed",
    label: "seed",
    hint: "same seed, same picture",
    whole: true,
    min: -1e15,
    max: 1e15,
    when: () => true,
  },
];

const problems = [
  { value: "quadratic", text: "noisy quadratic" },
  { value: "logistic", text: "logistic regression" },
  { value: "network", text: "two-layer network" },
  { value: "ravine", text: "ravine" },
  { value: "rosenbrock", text: "Rosenbrock" },
  { value: "beale", text: "Beale" },
  { value: "himmelblau", text: "Himmelblau" },
];
const optimizers = [
  { value: "file", text: "as in the file" },
  { value: "sgd", text: "SGD" },
  { value: "heavy ball", text: "heavy ball" },
  { value: "nesterov", text: "Nesterov" },
  { value: "adam", text: "Adam" },
  { value: "adamw", text: "AdamW" },
  { value: "rmsprop", text: "RMSProp" },
  { value: "adagrad", text: "Adagrad" },
];
const dataSets = [
  { value: "moons", text: "two moons" },
  { value: "spirals", text: "spirals" },
  { value: "blobs", text: "blobs" },
];

/** The simulation's controls; only those that the chosen problem reads are shown. */
export class SettingsForm {
  readonly element: HTMLElement;
  private readonly problem: Chooser<string>;
  private readonly optimizer: Chooser<string>;
  private readonly data: Chooser<string>;
  private readonly dataRow: HTMLElement;
  private readonly fields = new Map<string, { row: HTMLElement; field: Field; complaint: HTMLElement }>();
  private settings!: SimulationSettings;
  private view: ScheduleView | undefined;
  private fit!: Fit;
  private limit: number | undefined;

  constructor(private readonly change: (settings: SimulationSettings) => void) {
    const set = (part: Partial<SimulationSettings>) => this.change({ ...this.settings, ...part });
    this.problem = dropdown("Problem", problems, (value) =>
      set({ problem: value as SimulationSettings["problem"], start: undefined }),
    );
    this.optimizer = dropdown("Optimizer", optimizers, (value) =>
      set({ optimizer: value as SimulationSettings["optimizer"] }),
    );
    this.data = dropdown("Data", dataSets, (value) => set({ data: value as SimulationSettings["data"] }));
    this.dataRow = row("data", this.data.element);
    this.element = h(
      "div",
      { class: "settings" },
      row("problem", this.problem.element),
      row("optimizer", this.optimizer.element),
      this.dataRow,
      ...rows.map((spec) => this.numberRow(spec, set)),
      h(
        "div",
        { class: "setting" },
        button("Another seed", () => set({ seed: this.settings.seed + 1 })),
      ),
    );
  }

  show(view: ScheduleView, settings: SimulationSettings, fit: Fit, limit: number | undefined): void {
    this.view = view;
    this.settings = settings;
    this.fit = fit;
    this.limit = limit;
    this.problem.set(settings.problem);
    this.optimizer.set(settings.optimizer);
    this.data.set(settings.data);
    setAttribute(this.dataRow, "hidden", !onData(settings));
    for (const spec of rows) {
      const { row: element, field } = this.fields.get(spec.name)!;
      const usable =
        spec.when(settings) &&
        (spec.name !== "growsAbove" ||
          optimizerOf(view, settings).kind === "sgd" ||
          settings.optimizer === "heavy ball" ||
          settings.optimizer === "nesterov");
      setAttribute(element, "hidden", !usable);
      if (document.activeElement !== field) field.value = this.textOf(spec);
    }
  }

  private textOf({ name }: NumberRow): string {
    if (name === "condition" || name === "noise") return rateText(this.settings[name] ?? this.fit[name], 4);
    if (name === "batch") return String(batchOf(this.view!, this.settings));
    if (name === "growsAbove")
      return this.settings.growsAbove !== undefined
        ? rateText(this.settings.growsAbove, 4)
        : this.limit === undefined
          ? ""
          : rateText(this.limit);
    return String(this.settings[name]);
  }

  private numberRow(spec: NumberRow, set: (part: Partial<SimulationSettings>) => void): HTMLElement {
    const complaint = h("div", { class: "complaint", role: "status" });
    const field = textField({
      label: spec.label,
      commit: (text) => {
        if (text.trim() === this.textOf(spec)) return setText(complaint, "");
        if (text.trim() === "" && spec.optional) return set({ [spec.name]: undefined });
        const value = readNumber(text);
        const wrong =
          value === undefined
            ? "not a number"
            : spec.whole && !Number.isInteger(value)
              ? "a whole number"
              : (spec.above ? value <= spec.min : value < spec.min)
                ? `${spec.above ? "more than" : "at least"} ${spec.min}`
                : value > spec.max
                  ? `at most ${rateText(spec.max)}`
                  : "";
        setText(complaint, wrong);
        if (!wrong) set({ [spec.name]: value });
      },
      cancel: () => {
        field.value = this.textOf(spec);
        setText(complaint, "");
      },
    });
    const element = row(spec.label, field);
    element.append(complaint);
    element.title = spec.hint;
    this.fields.set(spec.name, { row: element, field, complaint });
    return element;
  }
}

function row(label: string, control: HTMLElement): HTMLElement {
  return h("div", { class: "setting" }, h("span", { class: "name" }, label), control);
}
