import type { Span } from "../source/document.js";
import type { JoinedText } from "../source/notebook.js";
import { pythonLines, type PythonLine } from "../source/pythonLines.js";
import { mayHoldSchedule } from "./prefilter.js";

/**
 * A text without what no schedule can depend on. Recognizers read this text and no other, so two texts that condense to the same
 * hold the same schedules; what a recognizer wants to see of a comment, or of a function that nothing leads to, has to stay here.
 */
export interface Condensed extends JoinedText {
  /** The span of the condensed text that `place` gave this for. */
  readonly back: (span: Span & { cell?: number }) => Span;
  /** Its parts as read, by their text: after an edit those that did not change are not read again. */
  readonly known: ReadonlyMap<string, Unit>;
}

/** A def outside of other defs, or what stands between two of them, as its text alone tells it. */
interface Unit {
  /** Without the names that it gives to defs and classes. */
  readonly words: ReadonlySet<string>;
  /** Those of a def's first line, which runs where the def stands. */
  readonly heading: ReadonlySet<string>;
  /** It speaks of rates, optimizers or the run; or it has no end, and what follows it may have gone into it. */
  readonly telling: boolean;
  /** It sets attributes of an object. */
  readonly stores: boolean;
}

/** Larger texts are not read; twice what is left of one that is. */
const MAX_LENGTH = 1_000_000;

/** Words of what schedules are made of or depend on, beside those of the schedules themselves. */
const telling = /optim|adam|adagrad|rmsprop|epoch|param_group|trainer|add_argument|DEFINE_|getattr|globals\(/i;

interface Def {
  readonly unit: Unit;
  readonly name: string;
  /** Names of the classes that it stands in. */
  readonly owners: readonly string[];
  /** Reached by what its class is asked for and not by its name alone: `__init__`, properties, a callback's hooks, what sets attributes. */
  readonly implied: boolean;
  /** Of its first line and of the line after its last. */
  readonly first: number;
  readonly past: number;
  warm: boolean;
}

/**
 * Leaves out comments, blank lines, and the bodies of functions that cannot matter: those that neither speak of a rate,
 * an optimizer or the run, nor are reached by a name from what stays, nor name a function that speaks of them.
 */
export function condense(joined: JoinedText, previous?: Condensed): Condensed {
  const { text } = joined;
  const known = new Map<string, Unit>();
  if (staysWhole(text))
    return {
      ...joined,
      known,
      back: ({ from, to, cell }) => ({ from: joined.offset(from, cell), to: joined.offset(to, cell) }),
    };
  const lines = pythonLines(text);
  const { defs, open } = readDefs(text, lines, known, previous?.known);
  warm(defs, open);
  return layOut(joined, lines, defs, known);
}

/** It has lines that end in a mere return, or a comment that writes a call of a trainer, which is read; or it is too long. */
function staysWhole(text: string): boolean {
  if (text.length > MAX_LENGTH || /\r(?!\n)/.test(text)) return true;
  return text.includes("Trainer(") && /^[^\n"'#]*#[^\n]*\bTrainer\(/m.test(text);
}

const header = /(?:async[ \t]+)?def[ \t]+(\w+)|class[ \t]+(\w+)/y;

/** The defs outside of other defs, and the words of everything else. */
function readDefs(
  text: string,
  lines: readonly PythonLine[],
  known: Map<string, Unit>,
  before: ReadonlyMap<string, Unit> | undefined,
): { defs: Def[]; open: Unit[] } {
  const defs: Def[] = [];
  const open: Unit[] = [];
  const classes: { name: string; indent: number }[] = [];
  const unit = (first: number, past: number): Unit => {
    const raw = text.slice(lines[first]!.start, lines[past - 1]!.next);
    const made = known.get(raw) ?? before?.get(raw) ?? readUnit(text, lines.slice(first, past));
    known.set(raw, made);
    return made;
  };
  let rest = 0;
  let decorated = false;
  for (let i = 0; i < lines.length;) {
    const line = lines[i]!;
    while (classes.length > 0 && classes.at(-1)!.indent >= line.indent) classes.pop();
    header.lastIndex = line.from;
    const [, def, cls] = header.exec(text) ?? [];
    if (cls !== undefined) classes.push({ name: cls, indent: line.indent });
    let past = i + 1;
    if (def !== undefined) while (past < lines.length && lines[past]!.indent > line.indent) past++;
    // A def with its body on its own line stays as it is.
    if (def === undefined || past === i + 1 || text.charCodeAt(line.to - 1) !== COLON) {
      decorated = text.charCodeAt(line.from) === AT;
      i++;
      continue;
    }
    if (rest < i) open.push(unit(rest, i));
    const made = unit(i, past);
    defs.push({
      unit: made,
      name: def,
      owners: classes.map(({ name }) => name),
      implied: /^(?:__\w+__|on_\w+_(?:begin|end))$/.test(def) || decorated || (classes.length > 0 && made.stores),
      first: i,
      past,
      warm: false,
    });
    decorated = false;
    rest = i = past;
  }
  if (rest < lines.length) open.push(unit(rest, lines.length));
  return { defs, open };
}

function readUnit(text: string, lines: readonly PythonLine[]): Unit {
  let heading = "";
  let said = "";
  for (const line of lines) {
    if (line.string) continue;
    header.lastIndex = line.from;
    const named = header.test(text);
    const rest = text.slice(named ? header.lastIndex : line.from, line.to);
    if (line === lines[0]) heading = rest;
    said += rest + "\n";
  }
  const full = text.slice(lines[0]!.from, lines[0]!.to) + "\n" + said;
  return {
    words: wordsIn(said),
    heading: wordsIn(heading),
    stores: /\bself\.\w+\s*[-+*/]?=(?!=)/.test(said),
    telling:
      lines.some(({ open }) => open) || telling.test(full) || mayHoldSchedule({ path: "", languageId: "", text: full }),
  };
}

const wordsIn = (text: string): ReadonlySet<string> => new Set(text.match(/[A-Za-z_]\w*/g));

const COLON = 58;
const AT = 64;

/** Marks the defs that may matter, from those that speak of it and from what is written outside of defs. */
function warm(defs: readonly Def[], open: readonly Unit[]): void {
  const reachedBy = new Map<string, Def[]>();
  const mentioning = new Map<string, Def[]>();
  const add = (to: Map<string, Def[]>, name: string, def: Def) => {
    const list = to.get(name);
    if (list) list.push(def);
    else to.set(name, [def]);
  };
  for (const def of defs) for (const name of namesOf(def)) add(reachedBy, name, def);
  for (const def of defs) for (const word of def.unit.words) if (reachedBy.has(word)) add(mentioning, word, def);
  // Each name's defs, or those that name it, are taken once.
  const take = (from: Map<string, Def[]>, name: string): readonly Def[] => {
    const list = from.get(name) ?? [];
    from.delete(name);
    return list;
  };
  const asked = defs.filter(({ unit, implied, owners }) => unit.telling || (implied && owners.length === 0));
  const waiting: Def[] = [];
  const reach = (def: Def) => {
    if (def.warm) return;
    def.warm = true;
    waiting.push(def);
  };
  // What is asked of it is asked of its callers: they give it its arguments.
  for (let def = asked.pop(); def; def = asked.pop()) {
    reach(def);
    for (const name of namesOf(def)) for (const caller of take(mentioning, name)) asked.push(caller);
  }
  const follow = (words: Iterable<string>) => {
    for (const word of words) take(reachedBy, word).forEach(reach);
  };
  for (const { words } of open) follow(words);
  for (const { unit } of defs) follow(unit.heading);
  for (let def = waiting.pop(); def; def = waiting.pop()) {
    follow(def.unit.words);
    follow(def.owners);
  }
}

/** The names that reach a def: its own, or its class's where nobody calls it by its own. */
function namesOf({ name, owners, implied }: Def): readonly string[] {
  return implied ? [...owners, ...(name.startsWith("__") ? [] : [name])] : [name];
}

/** A piece of the document in the condensed text. */
interface Piece {
  readonly at: number;
  readonly from: number;
  readonly length: number;
}

function layOut(joined: JoinedText, lines: readonly PythonLine[], defs: readonly Def[], known: Map<string, Unit>) {
  const { text } = joined;
  const pieces: Piece[] = [];
  const parts: string[] = [];
  let length = 0;
  const put = (part: string, from: number, reach: number) => {
    pieces.push({ at: length, from, length: reach });
    parts.push(part);
    length += part.length;
  };
  let start = -1;
  let to = -1;
  const close = (ending: string) => {
    if (start >= 0) put(text.slice(start, to) + ending, start, to - start);
    start = -1;
  };
  let next = 0;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (start >= 0 && to + 1 === line.start) to = line.to;
    else {
      close("\n");
      start = line.start;
      to = line.to;
    }
    while (next < defs.length && defs[next]!.first < i) next++;
    const def = defs[next];
    if (def?.first !== i || def.warm) continue;
    const end = lines[def.past - 1]!.to;
    close("");
    put(" pass\n", line.to, end - line.to);
    i = def.past - 1;
  }
  close("\n");
  const placed = (span: Span): Span => {
    const from = inside(pieces, span.from, true);
    const to = span.to > span.from ? inside(pieces, span.to, false) : from;
    return { from, to: Math.max(from, to) };
  };
  return {
    text: parts.join(""),
    known,
    place: (span: Span) => joined.place(placed(span)),
    offset: joined.offset,
    back: ({ from, to, cell }: Span & { cell?: number }): Span => {
      const [low, high] = [joined.offset(from, cell), joined.offset(to, cell)];
      const begin = outside(pieces, low, true);
      return { from: begin, to: high > low ? outside(pieces, high, false) : begin };
    },
  };
}

/** The document's offset of a condensed one that begins something, or ends it. */
function inside(pieces: readonly Piece[], offset: number, begins: boolean): number {
  const piece = pieces[last(pieces, ({ at }) => (begins ? at <= offset : at < offset))];
  return piece ? piece.from + Math.min(offset - piece.at, piece.length + 1) : offset;
}

function outside(pieces: readonly Piece[], offset: number, begins: boolean): number {
  const piece = pieces[last(pieces, ({ from }) => (begins ? from <= offset : from < offset))];
  return piece ? piece.at + Math.min(offset - piece.from, piece.length + 1) : offset;
}

/** The last piece that is so, all before it being so too. */
function last(pieces: readonly Piece[], so: (piece: Piece) => boolean): number {
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (so(pieces[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
