import { h, setAttribute } from "../dom.js";
import { countText } from "../format.js";
import { iconButton } from "../toolkit.js";

const DURATION_MS = 8000;
const REDUCED_STEPS = 16;

/** Moves the cursor along the run: play, pause, step by step, or by the slider. */
export class Playback {
  private readonly play = iconButton("play", () => (this.playing ? this.pause() : this.start()), "Play");
  private readonly slider = h("input", {
    type: "range",
    min: 0,
    max: 1000,
    step: "any",
    class: "slider",
    "aria-label": "Time",
  });
  readonly element = h(
    "div",
    { class: "playback" },
    this.play,
    iconButton("back", () => this.jump(-1), "One picture back"),
    iconButton("on", () => this.jump(1), "One picture on"),
    this.slider,
  );
  private total = 1;
  private at: number | undefined;
  private playing = false;
  private timer = 0;

  constructor(private readonly moved: (step: number) => void) {
    this.slider.addEventListener("input", () => {
      this.pause();
      this.moved((Number(this.slider.value) / 1000) * this.total);
    });
  }

  show(total: number): void {
    this.total = Math.max(1, total);
    this.setCursor(this.at);
  }

  setCursor(step: number | undefined): void {
    this.at = step;
    const part = (step ?? this.total) / this.total;
    this.slider.value = String(part * 1000);
    this.slider.style.setProperty("--part", `${part * 100}%`);
    setAttribute(this.slider, "aria-valuetext", `step ${countText(Math.round(step ?? this.total))}`);
  }

  pause(): void {
    this.playing = false;
    clearTimeout(this.timer);
    this.label();
  }

  private start(): void {
    this.playing = true;
    this.label();
    const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let from = this.at === undefined || this.at >= this.total ? 0 : this.at;
    let last = performance.now();
    const tick = () => {
      if (!this.playing) return;
      const now = performance.now();
      // With reduced motion the picture changes rarely, in jumps, instead of gliding.
      from += reduced ? this.total / REDUCED_STEPS : ((now - last) / DURATION_MS) * this.total;
      last = now;
      this.moved(Math.min(this.total, Math.round(from)));
      if (from >= this.total) return this.pause();
      if (reduced) this.timer = setTimeout(tick, 700) as unknown as number;
      else requestAnimationFrame(tick);
    };
    tick();
  }

  private jump(by: number): void {
    this.pause();
    const step = this.at ?? this.total;
    this.moved(Math.max(0, Math.min(this.total, Math.round(step + (by * this.total) / 100))));
  }

  private label(): void {
    setAttribute(this.play.firstElementChild!, "class", `icon ${this.playing ? "pause" : "play"}`);
    setAttribute(this.play, "aria-label", this.playing ? "Pause" : "Play");
    setAttribute(this.play, "title", this.playing ? "Pause" : "Play");
  }
}
