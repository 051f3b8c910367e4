import type { SyntaxNode } from "@lezer/common";
import type { ConfigNode, ConfigText, Entry, Place } from "./config.js";
import { entryOf, limits, numberOf } from "./config.js";
import { evaluateExpression, type Plain } from "./expression.js";
import { parsePython, type PythonSource } from "./python.js";
import { overlay, plainOf } from "./references.js";

/** Steps beside the one reading of sound code, of a file that is inherited from: a hundred times what unfinished code takes. */
const BASE_READINGS = 20_000;

const sources = new WeakMap<ConfigNode, PythonSource>();

type Open = { kind: "map"; at: Place; entries: Entry[] };

/**
 * A Python file that is a configuration: its top-level assignments as a map. `dict(…)`, `{…}` and other calls become maps (a
 * call's callee is the tag, `L(Class)(…)` has the tag `Class`), names stand for what was assigned above (or in `bases`), and
 * arithmetic is computed. A class becomes a map with the tag `class Name(Bases)` of its attributes and of `self.x = …` in
 * its methods. What needs running has no value. `again`: what was read from the same text before, without its bases.
 */
export function readPythonConfig(text: string, file?: string, bases?: ConfigNode, again?: ConfigNode): ConfigText {
  const source = parsePython(
    text,
    again && sources.get(again),
    file === undefined ? undefined : { left: BASE_READINGS },
  );
  const { tree, problem } = source;
  if (problem) return { roots: [], problems: [problem] };
  const place = (from: number, to: number): Place => ({ from, to, ...(file && { file }) });
  const raw = (node: SyntaxNode) => text.slice(node.from, node.to);
  const root: Open = { kind: "map", at: place(0, text.length), entries: [] };
  let fuel = limits.nodes;

  const lookup = (path: string, local?: Open): ConfigNode | undefined => {
    const parts = path.replace(/^(?:self|cls)\./, "").split(".");
    let node =
      (local && entryOf(local, parts[0]!)?.value) ??
      entryOf(root, parts[0]!)?.value ??
      (bases && entryOf(bases, parts[0]!)?.value);
    if (parts[0] === "_base_" && parts.length > 1 && node?.kind !== "map") node = bases;
    for (const part of parts.slice(1)) node = node && entryOf(node, part)?.value;
    return node;
  };
  const lost = (node: SyntaxNode, note = `${raw(node).slice(0, 60)} needs the file to be run`): ConfigNode => ({
    kind: "scalar",
    at: place(node.from, node.to),
    value: undefined,
    text: raw(node).slice(0, 200),
    note,
  });
  const children = (node: SyntaxNode): SyntaxNode[] => {
    const list: SyntaxNode[] = [];
    for (let child = node.firstChild; child; child = child.nextSibling) if (child.name !== "Comment") list.push(child);
    return list;
  };

  function convert(node: SyntaxNode, local?: Open, depth = 0): ConfigNode {
    const at = place(node.from, node.to);
    if (--fuel < 0 || depth > limits.depth) return lost(node, "too large to follow");
    const scalar = (value: string | number | boolean | null, quoted = false): ConfigNode => ({
      kind: "scalar",
      at,
      value,
      text: raw(node),
      ...(quoted && { quoted }),
    });
    switch (node.name) {
      case "Number":
        return scalar(numberOf(raw(node)) ?? Number.NaN);
      case "String": {
        const reference = /^["']\{\{\s*_base_\.([\w.]+)\s*\}\}["']$/.exec(raw(node));
        const target = reference && bases && lookup(`_base_.${reference[1]}`);
        return target
          ? { ...target, through: [...(target.through ?? []), { ...at, how: "reference" }] }
          : scalar(unquote(raw(node)), true);
      }
      case "ContinuedString":
        return scalar(
          children(node)
            .map((c) => unquote(raw(c)))
            .join(""),
          true,
        );
      case "Boolean":
        return scalar(raw(node) === "True");
      case "None":
        return scalar(null);
      case "ParenthesizedExpression": {
        const inner = children(node).find((c) => c.name !== "(" && c.name !== ")");
        return inner ? convert(inner, local, depth + 1) : lost(node);
      }
      case "TupleExpression":
      case "ArrayExpression": {
        const items = children(node)
          .filter((c) => !/^[()[\],*]$/.test(c.name))
          .flatMap((c) => {
            const item = convert(c, local, depth + 1);
            return c.prevSibling?.name === "*" && item.kind === "list" ? item.items : [item];
          });
        return { kind: "list", at, items };
      }
      case "DictionaryExpression":
        return { kind: "map", at, entries: dictionary(node, local, depth) };
      case "CallExpression":
        return call(node, local, depth);
      case "VariableName":
      case "MemberExpression": {
        const target = /^[\w.]+$/.test(raw(node)) ? lookup(raw(node), local) : undefined;
        if (target) return { ...target, through: [...(target.through ?? []), { ...at, how: "variable" }] };
        if (node.name === "MemberExpression" && !/^[\w.]+$/.test(raw(node))) return computed(node, local, depth);
        // A class given by its own name (`type=CosineAnnealingLR`) counts as that name.
        return { kind: "scalar", at, value: raw(node), text: raw(node), tag: "name" };
      }
      case "ArrayComprehensionExpression":
        return comprehension(node, local) ?? lost(node);
      case "ConditionalExpression":
      case "UnaryExpression":
      case "BinaryExpression":
        return computed(node, local, depth);
    }
    return lost(node);
  }

  /** `train.max_iter *= 2`. */
  function updated(node: SyntaxNode, path: string, sign: string, right: SyntaxNode, local?: Open): ConfigNode {
    const before = /^[\w.]+$/.test(path) ? lookup(path, local) : undefined;
    const value =
      before &&
      evaluateExpression(`(${path}) ${sign} (${raw(right)})`, (name) => {
        const target = lookup(name, local);
        return target && plainOf(target);
      });
    if (!before || typeof value !== "number") return lost(node);
    const through = [before.at, ...(before.through ?? [])];
    return { kind: "scalar", at: place(right.from, right.to), value, text: raw(node), through };
  }

  /** `[m * 2 for m in lr_multiplier.scheduler.milestones]`. */
  function comprehension(node: SyntaxNode, local: Open | undefined): ConfigNode | undefined {
    const [, body = "", each, path = ""] = /^\[([^[\]]+?)\sfor\s+(\w+)\s+in\s+([\w.]+)\s*\]$/.exec(raw(node)) ?? [];
    const over = each ? lookup(path, local) : undefined;
    if (over?.kind !== "list" || over.items.length > 1000) return undefined;
    const items: ConfigNode[] = [];
    for (const item of over.items) {
      const value = evaluateExpression(body, (name) => {
        const target = name === each ? item : lookup(name, local);
        return target && plainOf(target);
      });
      if (typeof value !== "number") return undefined;
      items.push({ kind: "scalar", at: place(node.from, node.to), value, text: body, through: [item.at] });
    }
    return { kind: "list", at: place(node.from, node.to), items, through: [over.at, ...(over.through ?? [])] };
  }

  function computed(node: SyntaxNode, local: Open | undefined, depth: number): ConfigNode {
    const used: ConfigNode[] = [];
    const source = raw(node).replace(/#[^\n]*/g, "");
    const value = evaluateExpression(source, (name) => {
      const target = lookup(name, local);
      if (target) used.push(target);
      return target && plainOf(target);
    });
    if (value === undefined || depth > limits.depth) return lost(node);
    const through = used.flatMap((u) => [u.at, ...(u.through ?? [])]);
    const made = (plain: Plain): ConfigNode => {
      const at = place(node.from, node.to);
      if (Array.isArray(plain)) return { kind: "list", at, items: (plain as Plain[]).map(made), through };
      return {
        kind: "scalar",
        at,
        value: plain as number | string | boolean | null,
        text: raw(node),
        ...(through.length && { through }),
      };
    };
    return made(value);
  }

  function dictionary(node: SyntaxNode, local: Open | undefined, depth: number): Entry[] {
    const entries: Entry[] = [];
    const parts = children(node);
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      if (part.name === "**") {
        const spread = parts[i + 1] && convert(parts[++i]!, local, depth + 1);
        if (spread?.kind === "map") entries.push(...spread.entries);
      } else if (parts[i + 1]?.name === ":" && parts[i + 2]) {
        const key = part.name === "String" ? unquote(raw(part)) : raw(part);
        entries.push({ key, keyAt: place(part.from, part.to), value: convert(parts[i + 2]!, local, depth + 1) });
        i += 2;
      }
    }
    return entries;
  }

  function call(node: SyntaxNode, local: Open | undefined, depth: number): ConfigNode {
    const [callee, list] = children(node);
    if (!callee || list?.name !== "ArgList") return lost(node);
    // detectron2's LazyCall: L(Class)(arguments).
    const lazy =
      callee.name === "CallExpression" ? /^(?:L|LazyCall)\(\s*([\w.]+)\s*\)$/.exec(raw(callee))?.[1] : undefined;
    const name = lazy ?? raw(callee);
    const entries: Entry[] = [];
    const parts = children(list);
    let position = 0;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      if (/^[(),]$/.test(part.name)) continue;
      if (part.name === "**" || part.name === "*") {
        const spread = parts[i + 1] && convert(parts[++i]!, local, depth + 1);
        if (part.name === "**" && spread?.kind === "map") entries.push(...spread.entries);
      } else if (part.name === "VariableName" && parts[i + 1]?.name === "AssignOp" && parts[i + 2]) {
        entries.push({
          key: raw(part),
          keyAt: place(part.from, part.to),
          value: convert(parts[i + 2]!, local, depth + 1),
        });
        i += 2;
      } else
        entries.push({
          key: String(position++),
          keyAt: place(part.from, part.from),
          value: convert(part, local, depth + 1),
        });
    }
    if (/^(?:int|float|round|min|max|sum|len|list|tuple|abs|range|math\.\w+|np\.\w+)$/.test(name))
      return computed(node, local, depth);
    if (name === "dict" && entries[0]?.key === "0" && entries[0].value.kind === "map")
      entries.splice(0, 1, ...entries[0].value.entries);
    return { kind: "map", at: place(node.from, node.to), entries, ...(name !== "dict" && { tag: name }) };
  }

  function assign(target: Open, node: SyntaxNode, local?: Open): void {
    const parts = children(node);
    const sign = parts.findIndex((p) => p.name === "AssignOp" || p.name === "UpdateOp");
    const right = parts.at(-1);
    if (sign < 1 || !right || right === parts[sign]) return;
    const update = parts[sign]!.name === "UpdateOp";
    for (const left of parts.slice(0, sign)) {
      if (left.name === "AssignOp" || left.name === "TypeDef" || left.name === ",") continue;
      const path = /^[\w.]+$/.test(raw(left)) ? raw(left) : subscripts(raw(left));
      if (!path) continue;
      const value = update
        ? updated(node, raw(left), raw(parts[sign]!).slice(0, -1), right, local)
        : convert(right, local);
      set(target, path, place(left.from, left.to), value);
    }
    function set(into: Open, path: string, keyAt: Place, value: ConfigNode): void {
      const dot = path.indexOf(".");
      const key = dot < 0 ? path : path.slice(0, dot);
      if (dot < 0) {
        into.entries.push({ key, keyAt, value });
        return;
      }
      const below = entryOf(into, key)?.value ?? (bases && into === root ? entryOf(bases, key)?.value : undefined);
      const inner: Open =
        below?.kind === "map" ? { ...below, entries: [...below.entries] } : { kind: "map", at: keyAt, entries: [] };
      set(inner, path.slice(dot + 1), keyAt, value);
      into.entries.push({ key, keyAt, value: inner });
    }
  }

  function classBody(node: SyntaxNode): void {
    const parts = children(node);
    const name = parts.find((p) => p.name === "VariableName");
    const body = parts.find((p) => p.name === "Body");
    if (!name || !body) return;
    const bases_ = parts.find((p) => p.name === "ArgList");
    const map: Open & { tag: string } = {
      kind: "map",
      at: place(node.from, node.to),
      entries: [],
      tag: `class ${raw(name)}${bases_ ? raw(bases_) : "()"}`,
    };
    for (const statement of children(body)) {
      if (statement.name === "AssignStatement") assign(map, statement, map);
      if (statement.name === "FunctionDefinition") {
        const inner = children(statement).find((c) => c.name === "Body");
        for (const line of inner ? children(inner) : []) {
          if (line.name !== "AssignStatement" || !/^self\.\w+\s*=/.test(raw(line))) continue;
          const own: Open = { kind: "map", at: map.at, entries: [] };
          assign(own, line, map);
          const self = own.entries[0];
          const field = self?.value.kind === "map" ? self.value.entries.at(-1) : undefined;
          if (field) map.entries.push(field);
        }
      }
    }
    root.entries.push({ key: raw(name), keyAt: place(name.from, name.to), value: map });
  }

  for (const statement of children(tree.topNode)) {
    if (/^(?:Assign|Update)Statement$/.test(statement.name)) assign(root, statement);
    else if (statement.name === "ClassDefinition") classBody(statement);
    else if (statement.name === "ExpressionStatement") updateCall(statement);
    else if (statement.name === "WithStatement" || statement.name === "IfStatement") {
      const body = children(statement).find((c) => c.name === "Body");
      for (const inner of body && statement.name === "WithStatement" ? children(body) : [])
        if (inner.name === "ImportStatement") imported(inner);
    } else if (statement.name === "ImportStatement") imported(statement);
    if (fuel < 0) break;
  }

  /** `from .base import *` (mmengine's read_base) becomes entries with the key `import`. */
  function imported(node: SyntaxNode): void {
    const match = /^from\s+([\w.]+)\s+import\b/.exec(raw(node));
    if (!match) return;
    root.entries.push({
      key: "import",
      keyAt: place(node.from, node.to),
      value: { kind: "scalar", at: place(node.from, node.to), value: match[1]!, text: raw(node) },
    });
  }

  /** `optimizer.update(dict(lr=…))`, `optimizer.update(lr=…)`. */
  function updateCall(statement: SyntaxNode): void {
    const node = statement.firstChild;
    const match = node && node.name === "CallExpression" ? /^([\w.]+)\.update\(/.exec(raw(node)) : null;
    if (!node || !match) return;
    const made = call(node, undefined, 0);
    if (made.kind !== "map") return;
    const given = made.entries[0]?.key === "0" ? made.entries[0].value : { ...made, tag: undefined };
    const below = lookup(match[1]!);
    if (below && given.kind === "map" && !match[1]!.includes("."))
      root.entries.push({
        key: match[1]!,
        keyAt: place(node.from, node.from + match[1]!.length),
        value: overlay(below, given),
      });
  }

  sources.set(root, source);
  return { roots: [root], problems: source.sound === source ? [] : ["some of it is no Python"] };
}

/** `a['b']['c']` as a path; undefined for other targets. */
function subscripts(text: string): string | undefined {
  if (!/^\w[\w.]*(?:\[\s*["']\w+["']\s*\])+$/.test(text)) return undefined;
  return text.replace(/\[\s*["'](\w+)["']\s*\]/g, ".$1");
}

function unquote(text: string): string {
  return text.replace(/^[a-zA-Z]*("""|'''|"|')([\s\S]*)\1$/, "$2");
}
