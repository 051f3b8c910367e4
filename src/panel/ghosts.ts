import type { Located } from "../editor/analyses.js";
import type { Resolved } from "../recognize/resolve.js";
import { committedText } from "./committed.js";
import type { Targets } from "./targets.js";
import type { GhostSource } from "./view.js";

const mostPins = 8;

/** The curves drawn behind the edited one: the last commit's version of it, and what the user pinned. */
export class Ghosts {
  private readonly pins: GhostSource[] = [];
  /** By schedule; undefined while it is fetched, and when there is none. */
  private readonly committed = new Map<string, GhostSource | undefined>();

  constructor(
    private readonly targets: Targets,
    private readonly changed: () => void,
  ) {}

  pin({ resolved, document }: Located): void {
    const line = document.positionAt(resolved.finding.span.from).line + 1;
    if (this.pins.length === mostPins) this.pins.shift();
    this.pins.push({
      id: `pin${Date.now()}-${this.pins.length}`,
      kind: "pinned",
      label: `${nameOf(resolved)}, line ${line}`,
      resolved,
    });
  }

  unpin(id: string | undefined): void {
    const index = this.pins.findIndex((pin) => pin.id === id);
    if (index >= 0) this.pins.splice(index, 1);
  }

  unpinAll(): void {
    this.pins.length = 0;
  }

  /** A save may follow a commit. */
  forgetCommitted(): void {
    this.committed.clear();
  }

  find(id: string): GhostSource | undefined {
    return [...this.pins, ...this.committed.values()].find((ghost) => ghost?.id === id);
  }

  /** What to draw behind this schedule now; the committed version is fetched in the background and drawn when it is there. */
  behind(located: Located): GhostSource[] {
    const key = this.targets.placeOf(located).key;
    if (!this.committed.has(key)) {
      this.committed.set(key, undefined);
      void this.fetch(located, key).then((ghost) => ghost && this.changed());
    }
    const committed = this.committed.get(key);
    return [...(committed && differs(committed.resolved, located.resolved) ? [committed] : []), ...this.pins];
  }

  /** Fetches the committed version afresh; why there is nothing to see, when there is not. */
  async compare(located: Located): Promise<string | undefined> {
    const committed = await this.fetch(located, this.targets.placeOf(located).key);
    if (!committed) return "The last commit holds no version of this schedule to compare with.";
    if (!differs(committed.resolved, located.resolved)) return "The last commit's version draws the same curve.";
    return undefined;
  }

  private async fetch(located: Located, key: string): Promise<GhostSource | undefined> {
    // A notebook's text is its JSON, which the commit holds in another form than the editor.
    const text = located.unit.cell === undefined ? await committedText(located.unit.uri) : undefined;
    const resolved = text === undefined ? undefined : this.targets.inOtherText(located, text);
    const ghost = resolved && { id: "committed", kind: "committed" as const, label: "committed", resolved };
    this.committed.set(key, ghost);
    return ghost;
  }
}

function nameOf({ finding }: Resolved): string {
  return finding.callee.slice(finding.callee.lastIndexOf(".") + 1);
}

/** Whether two versions of a schedule give another curve: compared where drawing would show it. */
function differs(a: Resolved, b: Resolved): boolean {
  const [one, other] = [a.compiled?.lr, b.compiled?.lr];
  if (!one || !other || a.run.totalSteps !== b.run.totalSteps) return one !== undefined;
  for (let i = 0; i <= 64; i++) {
    const t = Math.round((b.run.totalSteps * i) / 64);
    if (!Object.is(one.at(t), other.at(t))) return true;
  }
  return false;
}
