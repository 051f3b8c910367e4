import type { SyntaxNode, Tree } from "@lezer/common";
import { nodeOf, outlineOf } from "./evaluate/index.js";

/** A place where the file's own code sets the rate of an optimizer. */
export interface RateWrite {
  readonly statement: SyntaxNode;
  /** What is written; absent for an augmented assignment's own operator. */
  readonly value: SyntaxNode;
  readonly augmented: boolean;
  /** Set through a call of a library on what only exists when the file runs. */
  readonly remote?: boolean;
  /** The optimizer's text where it can be told. */
  readonly owner: string;
  /** Fed to a graph's placeholder, or assigned to its variable: where, inside the statement. */
  readonly fed?: SyntaxNode;
}

const keyed = /\[\s*[rub]?['"](?:lr|learning_rate)['"]\s*\]$/;
/** `group[self.field]`, and where a field is `"lr"`: `def __init__(self, optimizer, field: str = "lr")`. */
const keyedBy = /\[\s*(?:self\.)?([A-Za-z_]\w*)\s*\]$/;
const keyNamed = /\b([A-Za-z_]\w*)[ \t]*(?::[ \t]*str[ \t]*)?=[ \t]*['"](?:lr|learning_rate)['"]/g;
const attribute = /(?:^|\.)(?:optimi[sz]er\w*|opt\w*|\w*optim)\.(?:lr|learning_rate|_lr)$/i;
const group = /group|\bg\b|\bpg\b|\bp\b|param|optim|\bopt\b|\bparams\b/i;

const never = /(?!)/;

/** A file that sets its rate at more places than this is looked at no further. */
export const MOST_WRITES = 100;

/** What a graph calls its rate: `lr`, `self.lr_ph`, `learning_rate_placeholder`. */
const graphRate =
  /(?:^|[._])(?:lr|l_?rate|learning_?rate)(?:_?(?:in|input|ph|pl|placeholder|v|var|variable|tensor|value|node|op))?$/i;
/** What an optimizer is made with in place of a number, under whatever name: `Adam(step_size)`. */
const handedOver =
  /\b(?:\w*Optimizer|SGD|Adam\w*|RMSprop|Adagrad|Adadelta|Nadam)\(\s*(?:(?:learning_rate|lr)\s*=\s*)?((?:self\.)?[A-Za-z_]\w*)\s*[,)]/g;
const mayFeed = /\bassign\(|\{[^{}]*(?:lr|rate)\w{0,40}\s*:/i;

/** Statements that write `param_group["lr"]`, `optimizer.lr`, or set it through Keras, TensorFlow or Gluon. */
export function rateWrites(tree: Tree, code: string): readonly RateWrite[] {
  let writes = known.get(tree);
  if (!writes) known.set(tree, (writes = writesIn(tree, code)));
  return writes;
}

/** Of each tree once: several recognizers ask, some for every function. */
const known = new WeakMap<Tree, readonly RateWrite[]>();

function writesIn(tree: Tree, code: string): RateWrite[] {
  const feeds = mayFeed.test(code);
  const variables = new Set(feeds ? [...code.matchAll(handedOver)].map((match) => match[1]!) : []);
  const keys = new Set([...code.matchAll(keyNamed)].map((match) => match[1]!));
  if (!feeds && keys.size === 0 && !/\[\s*['"](?:lr|learning_rate)|\.(?:lr|learning_rate|_lr)\b/.test(code)) return [];
  const writes: RateWrite[] = [];
  for (const entry of outlineOf(tree)) {
    if (writes.length >= MOST_WRITES) break;
    const head = code.slice(entry.headFrom, entry.headTo);
    if (feeds && (entry.kind === "call" ? feeder : /feed/i).test(head))
      writes.push(...fedWrites(nodeOf(tree, entry), code, variables));
    if (entry.kind === "assign") {
      const key = keyed.exec(head) ?? (keys.size > 0 ? keyedBy.exec(head) : null);
      const isKey =
        key !== null &&
        (key[1] === undefined ? group : keys.has(key[1]) ? /group|optim|^p?g$/i : never).test(head.slice(0, key.index));
      if (!isKey && !attribute.test(head)) continue;
      const node = nodeOf(tree, entry);
      const value = node.lastChild;
      if (value && value.from >= entry.headTo)
        writes.push({
          statement: node,
          value,
          augmented: node.name === "UpdateStatement",
          owner: head.replace(/[.[].*$/s, ""),
        });
    } else if (entry.kind === "call" && setter.test(head)) {
      const write = callWrite(nodeOf(tree, entry), code);
      if (write) writes.push(write);
    }
  }
  return passing(writes, code);
}

/** Without those that scale the rate for one batch and put it back: `saved = g["lr"]; g["lr"] = saved * n; …; g["lr"] = saved`. */
function passing(writes: RateWrite[], code: string): RateWrite[] {
  const text = ({ from, to }: SyntaxNode) => code.slice(from, to).trim();
  const back = writes.filter(({ value, augmented }) => {
    const name = text(value);
    if (augmented || !/^[A-Za-z_]\w*$/.test(name)) return false;
    const sets = [...code.matchAll(new RegExp(`(?<![\\w.])${name}[ \\t]*(?:[-+*/]|\\*\\*|//)?=(?!=)[ \\t]*(.*)`, "g"))];
    return (
      sets.length > 0 && sets.every(([, given]) => /^[\w.]+(?:\[-?\d+\])?\[\s*['"]lr['"]\s*\]\s*(?:#.*)?$/.test(given!))
    );
  });
  const names = back.map(({ value }) => new RegExp(`\\b${text(value)}\\b`));
  return names.length === 0 ? writes : writes.filter(({ value }) => !names.some((name) => name.test(text(value))));
}

/** What `callWrite` can read. */
const setter = /(?:^|\.)set_value$|\.assign$|\.set_(?:learning_rate|lr)$/;

/** Calls that hand values to a graph. */
const feeder = /(?:^|\.)(?:assign|run|eval|update)$/;

/** `sess.run(op, feed_dict={lr: x})`, `feed.update({lr: x})`, `tf.assign(lr, x)`, `self.lr.assign(x)`. */
function fedWrites(node: SyntaxNode, code: string, variables: ReadonlySet<string>): RateWrite[] {
  const isRate = (target: SyntaxNode) => graphRate.test(text(target)) || variables.has(text(target));
  const statement = statementAround(node);
  const list = node.name === "CallExpression" ? node.getChild("ArgList") : node;
  if (!statement || !list) return [];
  const text = ({ from, to }: { from: number; to: number }) => code.slice(from, to);
  const fed = (target: SyntaxNode, value: SyntaxNode): RateWrite => ({
    statement,
    value,
    augmented: false,
    remote: true,
    owner: text(target),
    fed: target,
  });
  const callee = node.name === "CallExpression" ? node.firstChild! : undefined;
  if (callee && /(?:^|\.)assign$/.test(text(callee))) {
    const args = plainKids(list);
    const own = callee.name === "MemberExpression" ? callee.firstChild! : undefined;
    if (own && args.length > 0 && isRate(own) && !attribute.test(text(own))) return [fed(own, args[0]!)];
    return args.length > 1 && isRate(args[0]!) ? [fed(args[0]!, args[1]!)] : [];
  }
  const found: RateWrite[] = [];
  for (const part of plainKids(list)) {
    if (part.name !== "DictionaryExpression") continue;
    const parts = plainKids(part).filter(({ name }) => name !== ":" && !/^[{}]$/.test(name));
    for (let i = 0; i + 1 < parts.length; i += 2)
      if (parts[i]!.name !== "String" && isRate(parts[i]!)) found.push(fed(parts[i]!, parts[i + 1]!));
  }
  return found;
}

function plainKids(node: SyntaxNode): SyntaxNode[] {
  const kids: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling)
    if (!/^[(),]$/.test(child.name) && child.name !== "Comment") kids.push(child);
  return kids;
}

function statementAround(node: SyntaxNode): SyntaxNode | undefined {
  for (let at: SyntaxNode | null = node; at; at = at.parent) if (/Statement$/.test(at.name)) return at;
  return undefined;
}

/** `K.set_value(model.optimizer.lr, x)`, `optimizer.lr.assign(x)`, `trainer.set_learning_rate(x)`. */
function callWrite(node: SyntaxNode, code: string): RateWrite | undefined {
  const callee = node.firstChild;
  const list = node.getChild("ArgList");
  if (!callee || !list) return undefined;
  const name = code.slice(callee.from, callee.to);
  const args = plainKids(list);
  const target = args[0] && code.slice(args[0].from, args[0].to);
  if (/(?:^|\.)set_value$/.test(name) && args.length === 2 && target && attribute.test(target))
    return { statement: node, value: args[1]!, augmented: false, owner: target };
  if (/(?:optimi[sz]er|opt)\.(?:lr|learning_rate)\.assign$/.test(name) && args[0])
    return { statement: node, value: args[0], augmented: false, owner: name };
  if (/\.set_(?:learning_rate|lr)$/.test(name) && args[0])
    return { statement: node, value: rateAmong(args, code), augmented: false, owner: name };
  return undefined;
}

/** Of `set_lr(session, lr=x)` what is given under the rate's name, else what stands first. */
function rateAmong(args: readonly SyntaxNode[], code: string): SyntaxNode {
  const keyword = args.findIndex(
    ({ from, to, nextSibling }) =>
      nextSibling?.name === "AssignOp" && /^(?:new_)?(?:lr|learning_rate)$/.test(code.slice(from, to)),
  );
  return (keyword < 0 ? undefined : args[keyword + 2]) ?? args[0]!;
}

/** True when the write stands in a loop over data or epochs of its own function: then that function trains, it is no schedule. */
export function inTrainingLoop(node: SyntaxNode, code: string): boolean {
  for (let at = node.parent, inner: SyntaxNode = node; at; inner = at, at = at.parent) {
    if (at.name === "FunctionDefinition" || at.name === "LambdaExpression") return false;
    if (inner.name !== "Body") continue;
    if (at.name === "WhileStatement") return true;
    if (
      at.name === "ForStatement" &&
      !/param_?groups|\bgroups\b|optimi[sz]ers|optim?(?:i[sz]er)?_?(?:list|dict)\b|\bopt(?:im)?s\b|schedul|milestones|phases\b|boundar|thresholds|\.keys\(|items\(/.test(
        code.slice(at.from, inner.from),
      )
    )
      return true;
  }
  return false;
}

/** The outermost loop of the same function around a node. */
export function outermostLoop(node: SyntaxNode): SyntaxNode | undefined {
  let found: SyntaxNode | undefined;
  for (let at = node.parent; at && at.name !== "FunctionDefinition"; at = at.parent)
    if (/^(?:For|While)Statement$/.test(at.name)) found = at;
  return found;
}

/** The innermost function or lambda around a node. */
export function functionAround(node: SyntaxNode): SyntaxNode | undefined {
  for (let at = node.parent; at; at = at.parent)
    if (at.name === "FunctionDefinition" || at.name === "LambdaExpression") return at;
  return undefined;
}

/** Parameters of a def, in order, without stars. */
export function parametersOf(definition: SyntaxNode, code: string): string[] {
  const list = definition.getChild("ParamList");
  const names: string[] = [];
  let star = false;
  for (let child = list?.firstChild ?? null; child; child = child.nextSibling) {
    if (child.name === "*" || child.name === "**") star = true;
    else if (child.name === ",") star = false;
    else if (child.name === "VariableName" && child.prevSibling?.name !== "AssignOp") {
      if (!star) names.push(code.slice(child.from, child.to));
    }
  }
  return names;
}

const timeNames =
  /^(?:cur(?:r(?:ent)?)?_?|train(?:ing)?_|global_?|(?:global_?)?time_?|this_?|i_?|n_?|num_?)?(?:epochs?|epoch_?(?:num|idx|i|number|index)?|ep|iter(?:ation)?s?|iter_?num|iteration_?num|it|steps?|step_?num|t|batch(?:_idx|_num)?|updates?|num_updates?|cur_?iter|i_iter|niter|n_iter|counter|count|progress)$/i;

/** Names of how long the run is, which some give to how far it has come. */
const lengthNames =
  /^(?:(?:n|num)_(?:epochs|steps|iters)|epochs|steps|iters|iterations|batches|updates|(?:(?:n|num)_)?time_?steps|total_?(?:num_?)?(?:epochs?|steps?|iters?|iterations?|timesteps?|updates?|t))$/i;

/** The parameter that counts the run: by its name, or as what the function's text takes a share of (`1 - total_steps / self.max_steps`) or raises to (`0.9 ** (timesteps / 1e6)`). */
export function timeParameter(names: readonly string[], text = ""): string | undefined {
  const candidates = names.filter((name) => timeNames.test(name) && !lengthNames.test(name));
  return (
    candidates.find((name) => /epoch|iter|step/i.test(name)) ??
    candidates[0] ??
    names.find(
      (name) =>
        lengthNames.test(name) &&
        new RegExp(`\\b${name}\\s*\\)?\\s*//?\\s*[A-Za-z_(]|\\*\\*\\s*\\(?\\s*${name}\\b`).test(text) &&
        !new RegExp(`/\\s*(?:\\w+\\()*${name}\\b`).test(text),
    )
  );
}

const counts = /self\.(\w+)\s*(?:\+=|=\s*self\.\1\s*\+)\s*1(?:[._]0*)?(?!\w)/;
const attributes = /\bself\.(\w+)\b(\s*=(?!=))?/g;
/** `lr = self.old_lr - d; …; self.old_lr = lr`: the last rate is what the next one is made of. */
function carriesRate(text: string): boolean {
  const read = new Set<string>();
  for (const [, name, assigned] of text.matchAll(attributes))
    if (assigned === undefined) read.add(name!);
    else if (read.has(name!) && /lr|learning_rate/.test(name!)) return true;
  return false;
}

/** What an object knows of how far the run has come: `self.epoch`, `self.trainer.global_step`, `self.meta_info["iter"]`; not what its settings say. */
const place =
  /\bself\.(?!(?:args?|opts?|cfg|config|conf|hparams|params|settings|flags)\b)(?:\w+\.)?_?(?:(?:cur(?:r(?:ent)?)?|global|train(?:ing)?|this)_?)?(?:epoch|step|iter|iteration)(?:_?(?:num|idx|count|no))?\b(?!\s*(?:=[^=]|\())|\bself\.\w+\[\s*["'](?:(?:cur(?:r(?:ent)?)?|global)_?)?(?:epoch|step|iter|iteration)["']\s*\]/;

/** True when a method reads how far the run has come from its object. */
export function readsPlace(text: string): boolean {
  return place.test(text);
}

/** True when a method keeps its own count of the steps: `self.n_steps += 1`. */
export function countsItself(text: string): boolean {
  return counts.test(text) || carriesRate(text);
}
