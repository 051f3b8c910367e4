import type { SyntaxNode } from "@lezer/common";
import { Raises } from "../schedules/define.js";
import type { Workspace } from "../source/document.js";
import { nodeOf, outlineOf } from "./evaluate/index.js";
import type { Finding } from "./finding.js";
import { freeNamesIn } from "./freeNames.js";
import { missing, placed } from "./functionFinding.js";
import { inlineRate } from "./inlineRates.js";
import { settingOf } from "./loops.js";
import { pathsIn } from "./ownLoop/paths.js";
import { statementsOf } from "./ownLoop/slice.js";
import type { Reader } from "./reader.js";
import { runOf, settingAround } from "./stepping.js";
import { inTrainingLoop } from "./writes.js";

const rateName = /^(?:\w+\.)*(?:lr|learning_?rate|l_rate)$/i;
/** More than this many such statements are a list of something. */
const most = 20;

/**
 * A script that trains by its own arithmetic and keeps the rate in a variable: `lr = base * min(3 - epoch / 400, 1)`, `lr *= 0.95`
 * in the loop. Only for files in which nothing else tells a rate: there the variable is what an optimizer is given.
 */
export function ownRates(reader: Reader, workspace: Workspace): Finding[] {
  const { code, tree } = reader.program.source;
  const found: Finding[] = [];
  for (const entry of outlineOf(tree)) {
    if (found.length >= most) break;
    if (entry.kind !== "assign" || !rateName.test(code.slice(entry.headFrom, entry.headTo))) continue;
    const statement = nodeOf(tree, entry);
    const target = statement.firstChild;
    const value = statement.lastChild;
    if (!target || !value || !inTrainingLoop(statement, code)) continue;
    const finding =
      statement.name === "UpdateStatement"
        ? moved(reader, statement, target, value)
        : inlineRate(reader, workspace, { statement, value, augmented: false, owner: "" });
    if (finding) found.push({ ...finding, confidence: "likely" });
  }
  return found;
}

/** `lr *= 0.95`: once a turn, before or after the rate is used there. */
function moved(reader: Reader, statement: SyntaxNode, target: SyntaxNode, value: SyntaxNode): Finding | undefined {
  const { code } = reader.program.source;
  const operator = /([*/])=/.exec(code.slice(target.to, value.from))?.[1];
  const [loop] = settingOf(statement, (node) => reader.text(node)).loops;
  const body = loop?.node.getChild("Body");
  if (!operator || !body) return undefined;
  const name = reader.text(target);
  const uses = (node: SyntaxNode) => pathsIn(node, code).has(name);
  const each = statement.parent?.from === body.from;
  const used = statementsOf(body).some((one) => one.to <= statement.from && uses(one));
  const begins = reader.program
    .assignmentsTo(name)
    .findLast((one) => one.to <= loop!.node.from && one.name === "AssignStatement");
  const number = (node: SyntaxNode | null | undefined) => {
    const read = node ? reader.program.evaluate(node) : undefined;
    return read && read.status !== "unknown" && typeof read.value === "number" ? read.value : undefined;
  };
  const by = number(value);
  const start = number(begins?.lastChild);
  const rate = (t: number) => {
    if (!each) throw new Raises("it changes under a condition that is not followed");
    if (by === undefined || start === undefined)
      throw new Raises(`not known: ${start === undefined ? name : reader.text(value)}`);
    return start * (operator === "*" ? by : 1 / by) ** (used ? t : t + 1);
  };
  const unit = loop!.kind === "epoch" ? "epoch" : "step";
  const args = freeNamesIn(reader, statement, [name]);
  return {
    ...placed(reader, target, statement),
    args: { ...args, ...missing(reader, rate, args) },
    rate,
    run: { unit, ...runOf(reader, settingAround(reader, statement), unit) },
  };
}
