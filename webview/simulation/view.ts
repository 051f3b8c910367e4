import type { FromWebview, ScheduleView, ToWebview } from "../../src/panel/protocol.js";
import { floorAt } from "../../src/simulate/conclude.js";
import { problemOf } from "../../src/simulate/problems/index.js";
import type { SimulationSpec } from "../../src/simulate/spec.js";
import { stabilityFormula, stabilityLimit } from "../../src/simulate/theory.js";
import type { RateLimits, XAxis } from "../curveView.js";
import { afterQuiet, everyFrame, h, keyEntry, setAttribute, setText } from "../dom.js";
import { countText, lossText, rateText } from "../format.js";
import { save, saved } from "../state.js";
import type { Theme } from "../theme.js";
import { button } from "../toolkit.js";
import { sameInputs } from "./inputs.js";
import { LossPlot, lossTable, type LossLine, type LossState } from "./lossPlot.js";
import type { Job } from "./messages.js";
import { PlaneView } from "./planeView.js";
import { Playback } from "./playback.js";
import { cleanSettings, constantOf, fitTo, SEEDS, specFor, type Fit, type SimulationSettings } from "./settings.js";
import { SettingsForm } from "./settingsForm.js";
import { medianRates, Simulator, type Picture, type Series } from "./simulator.js";
import { titleOf, verdictWords } from "./words.js";

export interface SimulationState {
  readonly view: ScheduleView;
  readonly axis: XAxis;
  readonly theme: Theme;
}

/** The right half of the panel: what descent does under this schedule. */
export class SimulationView {
  readonly element: HTMLElement;
  private readonly simulator: Simulator;
  private readonly loss: LossPlot;
  private readonly plane: PlaneView;
  private readonly playback: Playback;
  private readonly form: SettingsForm;
  private readonly title = h("h2");
  private readonly key = h("span", { class: "keys" });
  private readonly verdict = h("div", { class: "verdict" });
  private readonly spoken = h("div", { class: "unseen", "aria-live": "polite" });
  private readonly progress = h("progress", { max: 1, "aria-label": "Simulating", hidden: true });
  private readonly scope = h("p", { class: "scope" });
  private readonly table = h("div");
  private readonly zoom = button("zoom", () => this.toggleZoom(), "secondary", "Zoom to the runs at the cursor");
  private settings: SimulationSettings = cleanSettings(saved.simulation);
  private state: SimulationState | undefined;
  private picture: Picture | undefined;
  private fit: Fit = { condition: 20, noise: 0, scale: 1 };
  private fitKey = "";
  private spec: SimulationSpec | undefined;
  private jobsKey: unknown[] = [];

  /** `moved`: the shared cursor. `limitsChanged`: what is drawn on the rate's chart has to be drawn anew. */
  constructor(
    post: (message: FromWebview) => void,
    keyNow: () => string | undefined,
    moved: (step: number | undefined) => void,
    private readonly limitsChanged: () => void,
  ) {
    this.simulator = new Simulator(
      (picture) => this.arrived(picture),
      (message) => this.trouble(message),
      post,
      keyNow,
    );
    this.loss = new LossPlot(moved);
    this.plane = new PlaneView((start) => this.change({ ...this.settings, start }));
    this.playback = new Playback(moved);
    this.form = new SettingsForm((settings) => this.change(settings));
    const details = h(
      "details",
      { open: saved.openSettings === true },
      h("summary", null, "Problem, optimizer, noise, seed"),
      this.form.element,
    );
    details.addEventListener("toggle", () => save({ openSettings: details.open }));
    this.zoom.classList.add("zoom");
    this.plane.element.append(this.zoom);
    this.element = h(
      "section",
      { class: "simulation", "aria-label": "Simulation", tabindex: -1 },
      h("div", { class: "bar" }, this.title, this.key),
      this.loss.element,
      this.progress,
      this.playback.element,
      h("div", { class: "outcome" }, this.plane.element, h("div", { class: "said" }, this.verdict, this.scope)),
      this.spoken,
      details,
    );
  }

  /** The loss as a table, shown with the curve's. */
  get tableElement(): HTMLElement {
    return this.table;
  }

  show(state: SimulationState): void {
    this.state = state;
    this.restart();
    this.render();
  }

  setCursor(step: number | undefined): void {
    this.loss.setCursor(step);
    this.plane.setCursor(step);
    this.playback.setCursor(step);
  }

  liveRates(message: Extract<ToWebview, { type: "liveRates" }>): void {
    this.simulator.liveRates(message);
  }

  /** What theory says about the rate, in the user's figures; nothing where it says nothing. */
  limits(): RateLimits {
    const { spec } = this;
    if (!spec) return {};
    const { curvature } = problemOf(spec.problem);
    const lr = curvature && stabilityLimit(spec.optimizer, curvature.max);
    const { scale } = this.fit;
    const floor = (rate: number) => {
      const value = floorAt(spec, rate * scale);
      if (value === undefined || value === 0) return undefined;
      return value === Infinity ? "the run grows" : `loss cannot fall below ${lossText(value)}`;
    };
    const live = this.picture?.series.get("edit");
    const driven = live?.job.live && live.complete ? medianRates(live, scale) : undefined;
    const bowl = spec.problem.kind === "quadratic";
    return {
      ...(lr !== undefined && { limit: { lr: lr / scale, ...limitWords(spec) } }),
      ...(bowl && { floor }),
      ...(driven && { driven }),
    };
  }

  private change(settings: SimulationSettings): void {
    this.settings = settings;
    save({ simulation: settings });
    this.restart();
    this.render();
    this.limitsChanged();
  }

  /** Starts the runs anew when what they depend on has changed. */
  private restart(): void {
    const { state, settings } = this;
    if (!state) return;
    const { view } = state;
    const committed = view.ghosts.find((g) => g.kind === "committed" && g.simulation)?.simulation;
    // Held while the schedule is edited: a raised rate must come nearer to the limit, not take it along.
    const fitKey = JSON.stringify([view.key, settings, view.optimizer]);
    if (fitKey !== this.fitKey && view.simulation.rates.length > 0) {
      this.fitKey = fitKey;
      this.fit = fitTo(view, settings, committed ?? view.simulation);
    }
    const parsed = specFor(view, settings, view.simulation, this.fit);
    if (!parsed.ok) {
      this.spec = undefined;
      this.simulator.stop();
      return this.trouble(parsed.because);
    }
    const ghosts = view.ghosts.filter((g) => g.simulation).slice(0, 4);
    const key = [fitKey, view.simulation, ...ghosts.map((g) => g.simulation)];
    if (sameInputs(key, this.jobsKey)) return;
    this.jobsKey = key;
    this.spec = parsed.spec;
    const jobs: Job[] = [{ series: "edit", spec: parsed.spec, ...(view.simulation.live && { live: true }) }];
    const isConstant = !view.simulation.live && parsed.spec.rates.every((lr) => lr === parsed.spec.rates[0]);
    if (!isConstant) jobs.push({ series: "constant", spec: constantOf(parsed.spec) });
    for (const ghost of ghosts) {
      const old = specFor(view, settings, ghost.simulation!, this.fit);
      if (old.ok) jobs.push({ series: ghost.id, spec: old.spec, ...(ghost.simulation!.live && { live: true }) });
    }
    void this.simulator.run(jobs, SEEDS);
  }

  private readonly arrived = everyFrame((picture: Picture) => {
    const before = this.picture?.done === true && this.picture.id === picture.id;
    this.picture = picture;
    if (picture.done && !before && picture.series.get("edit")?.job.live) this.limitsChanged();
    setAttribute(this.element, "data-old", null);
    const slow = !picture.done && performance.now() - picture.started > 500;
    setAttribute(this.progress, "hidden", !slow);
    this.progress.value = picture.progress;
    this.render();
  });

  /** The last good picture stays and is marked as old. */
  private trouble(message: string): void {
    this.jobsKey = [];
    if (this.picture) setAttribute(this.element, "data-old", "true");
    setAttribute(this.verdict, "data-kind", "error");
    setText(this.verdict, message);
    this.speak(message);
  }

  private render(): void {
    const { state, picture } = this;
    if (!state) return;
    const { view, axis, theme } = state;
    this.playback.show(view.totalSteps);
    const limits = this.limits();
    this.form.show(view, this.settings, this.fit, limits.limit?.lr);
    setText(this.title, titleOf(view, this.settings, this.fit, SEEDS));
    setText(this.scope, this.scopeWords());
    if (!picture) return;
    const lines = this.lines(picture, state);
    const loss: LossState = { lines, axis, totalSteps: view.totalSteps, theme };
    this.loss.show(loss);
    this.plane.show(lines, theme);
    setAttribute(this.zoom, "hidden", this.settings.problem === "logistic" || this.settings.problem === "network");
    this.showKey(lines, theme);
    lossTable(this.table, loss);
    const edit = picture.series.get("edit");
    if (edit?.verdict && !this.element.hasAttribute("data-old"))
      this.showVerdict(edit, picture.series.get("constant"), picture);
  }

  private lines({ series }: Picture, { view, theme }: SimulationState): LossLine[] {
    const lines: LossLine[] = [];
    const add = (id: string, name: string, color: string, band: boolean, dash?: number[]) => {
      const found = series.get(id);
      if (found?.summary) lines.push({ series: found, name, color, band, ...(dash && { dash }) });
    };
    add("edit", "this schedule", theme.accent, true);
    add("constant", this.constantName(), theme.amber, true);
    for (const ghost of view.ghosts)
      add(ghost.id, ghost.label, ghost.kind === "pinned" ? theme.purple : theme.muted, false, [4, 3]);
    return lines;
  }

  private constantName(): string {
    let peak = 0;
    for (const lr of this.state?.view.simulation.rates ?? []) if (lr > peak) peak = lr;
    return `constant ${rateText(peak)}`;
  }

  private showKey(lines: readonly LossLine[], theme: Theme): void {
    const entries = lines.map(({ name, color, dash }) => keyEntry(dash ? "dashed" : "solid", name, color));
    if (lines.some(({ series }) => series.validation)) entries.push(keyEntry("dashed", "validation", theme.text));
    if (lines.some(({ series }) => series.expected)) entries.push(keyEntry("dotted", "exact expectation", theme.text));
    this.key.replaceChildren(...entries);
  }

  private showVerdict(edit: Series, constant: Series | undefined, picture: Picture): void {
    const words = verdictWords(edit.verdict!, constant?.verdict, this.constantName());
    setAttribute(this.verdict, "data-kind", edit.verdict!.kind);
    if (this.verdict.textContent !== words.join(" "))
      this.verdict.replaceChildren(h("b", null, words[0]!), words[1] ? ` ${words[1]}` : "");
    if (picture.done) this.speak(words.join(" "));
  }

  private readonly speak = afterQuiet(900, (text: string) => setText(this.spoken, text));

  private scopeWords(): string {
    const { spec, state } = this;
    if (!spec || !state) return "";
    const { told, rates } = spec;
    const total = state.view.totalSteps;
    const stride = told?.stride ?? 1;
    const unit = told?.unit === "epoch" ? "epochs" : "steps";
    const length =
      stride > 1 + 1e-9
        ? `${countText(total)} ${unit} in ${countText(rates.length)} updates, each for ${rateText(stride, 3)} of them`
        : stride < 1 - 1e-9
          ? `${countText(total)} ${unit} of ${countText(Math.round(1 / stride))} updates each`
          : `all ${countText(rates.length)} ${unit}`;
    const stopped = state.view.simulation.stopped;
    return [
      `A toy: it shares the schedule's shape and the optimizer's settings with your run (${length}), not your model's curvature, noise or data.`,
      `It runs at ${rateText(this.fit.scale, 2)} times your rates: where your model becomes unstable is not known.`,
      stopped ? `The schedule ends at step ${countText(stopped.at)}: ${stopped.because}.` : "",
    ]
      .filter(Boolean)
      .join(" ");
  }

  private toggleZoom(): void {
    this.plane.zoomed = !this.plane.zoomed;
    setText(this.zoom, this.plane.zoomed ? "whole" : "zoom");
    this.render();
  }
}

/** What the limit means: exact on the quadratic, local on a surface, a bound on the safe side for logistic regression. */
function limitWords({ problem, optimizer }: SimulationSpec): { words: string; key: string } {
  if (problem.kind === "quadratic" || problem.kind === "ravine")
    return { words: `above ${stabilityFormula(optimizer)} the run grows:`, key: "grows above" };
  if (problem.kind === "logistic") return { words: "below this it is sure to settle:", key: "sure to settle below" };
  return { words: "above this it cannot rest:", key: "cannot rest above" };
}
