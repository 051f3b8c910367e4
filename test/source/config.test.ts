import { describe, expect, it } from "vitest";
import type { ConfigNode, ConfigText } from "../../src/source/config.js";
import { readCfg } from "../../src/source/cfg.js";
import { evaluateExpression } from "../../src/source/expression.js";
import { readGin } from "../../src/source/gin.js";
import { readJson } from "../../src/source/json.js";
import { readJsonnet } from "../../src/source/jsonnet.js";
import { readPrototxt } from "../../src/source/prototxt.js";
import { readPythonConfig } from "../../src/source/pythonConfig.js";
import { readShell } from "../../src/source/shell.js";
import { readToml } from "../../src/source/toml.js";
import { readYaml } from "../../src/source/yaml.js";

const readers: Readonly<Record<string, (text: string) => ConfigText>> = {
  yaml: readYaml,
  json: readJson,
  toml: readToml,
  prototxt: readPrototxt,
  cfg: readCfg,
  gin: readGin,
  jsonnet: readJsonnet,
  shell: readShell,
  python: readPythonConfig,
};

/** Every key with what its value's span covers. */
function spans(node: ConfigNode, text: string): Record<string, unknown> {
  const show = (n: ConfigNode): unknown =>
    n.kind === "map"
      ? spans(n, text)
      : n.kind === "list"
        ? n.items.map(show)
        : n.value === undefined
          ? "?"
          : [n.value, text.slice(n.at.from, n.at.to)];
  return node.kind === "map"
    ? Object.fromEntries(node.entries.filter((e) => e.key !== "0").map((e) => [e.key, show(e.value)]))
    : {};
}

describe("readers give values and the spans of their literals", () => {
  it.each([
    {
      kind: "yaml",
      text: "a: 1e-4 # c\nb: {c: [1, 'x']}\n",
      tree: {
        a: [1e-4, "1e-4"],
        b: {
          c: [
            [1, "1"],
            ["x", "'x'"],
          ],
        },
      },
    },
    {
      kind: "json",
      text: '{"a": 1e-4, // c\n "b": [true, null,],}',
      tree: {
        a: [1e-4, "1e-4"],
        b: [
          [true, "true"],
          [null, "null"],
        ],
      },
    },
    {
      kind: "toml",
      text: "a = 1_000\n[b.c]\nd = [.5]\n[e]\nf = 'x'\n".replace(".5", "0.5"),
      tree: { a: [1000, "1_000"], b: { c: { d: [[0.5, "0.5"]] } }, e: { f: ["x", "'x'"] } },
    },
    { kind: "prototxt", text: 'a: .5f b { c: "x" } b < c: y > # d\n', tree: { a: [0.5, ".5f"], b: { c: ["y", "y"] } } },
    {
      kind: "cfg",
      text: "[s.t]\na = 1 # one\nb = [1,\n 2]\n",
      tree: {
        s: {
          t: {
            a: [1, "1"],
            b: [
              [1, "1"],
              [2, "2"],
            ],
          },
        },
      },
    },
    {
      kind: "gin",
      text: "m.f.a = 0.5 # half\nX = 3\ns/f.b = %X\n",
      tree: { "f.a": [0.5, "0.5"], X: [3, "3"], "f.b": [3, "3"] },
    },
    {
      kind: "jsonnet",
      text: "local a = 2; { b: a * 3, c+: { d: self.e, e: 'x' } }",
      tree: { b: [6, "a * 3"], c: { d: ["x", "'x'"], e: ["x", "'x'"] } },
    },
    {
      kind: "shell",
      text: "A=5\nrun --x $A --y-z='q w' --flag\n",
      tree: { x: [5, "5"], y_z: ["q w", "q w"], flag: [true, ""] },
    },
    {
      kind: "python",
      text: "a = 3\nb = dict(c=a * 2, d=(1, 2))\n",
      tree: {
        a: [3, "3"],
        b: {
          c: [6, "a * 2"],
          d: [
            [1, "1"],
            [2, "2"],
          ],
        },
      },
    },
  ])("$kind", ({ kind, text, tree }) => expect(spans(readers[kind]!(text).roots[0]!, text)).toEqual(tree));
});

describe("arithmetic", () => {
  it.each([
    ["0.001 / 64.0", 0.001 / 64],
    ["2 ** -3 + 7 // 2 % 2", 1.125],
    ["-2 ** 2", -4],
    ["int(0.3 * x) if x > 5 else 1", 3],
    ["[1, 2] * 2 + [3]", [1, 2, 1, 2, 3]],
    ["max(1, min(4, x))", 4],
    ["round(2.5)", 2],
    ["<x> * 2", 20],
    ["@x / ${x}", 1],
    ["1 / 0", undefined],
    ["x.y", undefined],
    ["import os", undefined],
    ["(".repeat(500), undefined],
    ["9 ** 9 ** 9", Infinity],
  ])("%s", (text, value) => {
    expect(evaluateExpression(text, (name) => (name.replace(/[<>@${}]/g, "") === "x" ? 10 : undefined))).toEqual(value);
  });
});
