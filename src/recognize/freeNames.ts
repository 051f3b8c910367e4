import type { SyntaxNode } from "@lezer/common";
import type { Value } from "../schedules/define.js";
import { Dict, dictGet, first, Instance, type Val } from "./evaluate/index.js";
import type { Argument, Evaluated } from "./finding.js";
import type { Reader } from "./reader.js";

/** Names of the surroundings that the function reads, with what is known of them: `args.lr`, `warmup_iters`. */
export function freeNames(
  reader: Reader,
  definition: SyntaxNode,
  own: readonly string[],
  given: ReadonlyMap<string, Val>,
): Record<string, Argument> {
  const args: Record<string, Argument> = {};
  const here = reader.program.place({ from: definition.from, to: definition.to });
  definition
    .getChild("Body")
    ?.cursor()
    .iterate((ref) => {
      if (ref.from >= definition.to) return false;
      if (ref.name !== "VariableName" && ref.name !== "MemberExpression") return undefined;
      const text = reader.text(ref.node);
      const parent = ref.node.parent;
      if (
        !/^[A-Za-z_][\w.]*$/.test(text) ||
        /^(?:math|np|numpy|tf|torch|K|jnp)\b/.test(text) ||
        Object.hasOwn(args, text)
      )
        return undefined;
      if (parent?.name === "AssignStatement" && parent.firstChild?.from === ref.from) return undefined;
      const [root, attribute, deeper] = text.split(".") as [string, string?, string?];
      const owner = given.get(root);
      const value =
        owner !== undefined && attribute !== undefined && deeper === undefined
          ? attributeOf(owner, attribute)
          : own.includes(root)
            ? undefined
            : reader.asRun(ref);
      if (value === undefined) return undefined;
      const evaluated = reader.program.describe(value, text);
      if (evaluated.status === "unknown" ? evaluated.maybe === undefined : !isPlain(evaluated)) return undefined;
      const inside =
        evaluated.status === "known" &&
        evaluated.origins.some(
          (o) => o.file === undefined && o.cell === here.cell && o.from >= here.from && o.to <= here.to,
        );
      if (ref.name === "VariableName" && (inside || isLocal(reader, definition, text))) return undefined;
      args[text] = { value: evaluated };
      return false;
    });
  return args;
}

/** The same for a stretch of code that is no function. Only names that speak of rates and lengths: it holds much else. */
export function freeNamesIn(reader: Reader, node: SyntaxNode, own: readonly string[]): Record<string, Argument> {
  const all = Object.entries(freeNames(reader, node, own, new Map()));
  return Object.fromEntries(
    all.filter(([name]) =>
      /l_?r\b|lr_|_lr|learning|rate|warm|decay|epochs|steps|iter|gamma|milestone|schedule/i.test(name),
    ),
  );
}

function attributeOf(owner: Val, name: string): Val | undefined {
  const one = first(owner);
  if (one instanceof Dict) return dictGet(one, name);
  return one instanceof Instance ? one.attrs.get(name) : undefined;
}

/** Assigned in the function itself. */
function isLocal(reader: Reader, definition: SyntaxNode, name: string): boolean {
  return reader.program
    .assignmentsTo(name)
    .some((statement) => statement.from > definition.from && statement.to <= definition.to);
}

function isPlain(evaluated: Evaluated): boolean {
  if (evaluated.status === "unknown") return false;
  const value: Value = evaluated.value;
  return (
    typeof value === "number" ||
    typeof value === "string" ||
    (Array.isArray(value) && value.length < 32 && value.every((v) => typeof v === "number"))
  );
}
