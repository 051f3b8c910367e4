import { expect, it } from "vitest";
import { joinCells, readNotebook, withoutMagics } from "../../src/source/notebook.js";

it.each([
  { cell: "%matplotlib inline\nx = 1", code: "                  \nx = 1", why: "a line magic" },
  {
    cell: "!pip install a \\\n  b\nx = 1",
    code: "                \n   \nx = 1",
    why: "a shell line with its continuation",
  },
  { cell: "%%time\nx = 1", code: "      \nx = 1", why: "a cell magic around Python" },
  { cell: "%%bash\necho 1", code: "      \n      ", why: "a cell of another language" },
  { cell: "%time fit(x)", code: "      fit(x)", why: "a line magic around Python" },
  { cell: "if a:\n    !ls /tmp\nb", code: "if a:\n    pass    \nb", why: "a body is not left empty" },
  { cell: "out = !ls", code: "out = ...", why: "what a shell prints" },
  { cell: "x = (a\n     % b)", code: "x = (a\n     % b)", why: "an operator that begins a line" },
  { cell: "np.array?", code: "         ", why: "help" },
  { cell: "s = '%d' % 3\nt = a % b", code: "s = '%d' % 3\nt = a % b", why: "Python's own" },
])("$cell: $why", ({ cell, code }) => expect(withoutMagics(cell)).toBe(code));

const code = (text: string) => ({ cell_type: "code", source: text.split(/(?<=\n)/) });

it("reads code and markdown cells in order", () => {
  const { cells } = readNotebook(
    JSON.stringify({ metadata: {}, cells: [{ cell_type: "markdown", source: ["# hi"] }, code("a = 1\nb = 2")] }),
  );
  expect(cells).toEqual([
    { index: 0, languageId: "markdown", text: "# hi" },
    { index: 1, languageId: "python", text: "a = 1\nb = 2" },
  ]);
});

it("reads the older format", () => {
  const { cells } = readNotebook(
    JSON.stringify({ worksheets: [{ cells: [{ cell_type: "code", input: ["x = 1"] }] }] }),
  );
  expect(cells).toEqual([{ index: 0, languageId: "python", text: "x = 1" }]);
});

it.each([
  { text: "{", problem: "the notebook is not valid JSON", why: "cut off" },
  { text: "[1]", problem: "the notebook has no cells", why: "another document" },
  { text: "null", problem: "the notebook has no cells", why: "nothing" },
])("$text: $why", ({ text, problem }) => expect(readNotebook(text)).toEqual({ cells: [], problem }));

it("places spans of the joined text in their cells", () => {
  const joined = joinCells({
    path: "a.ipynb",
    languageId: "jupyter",
    text: "",
    cells: [
      { index: 0, languageId: "python", text: "a = 1" },
      { index: 1, languageId: "markdown", text: "text" },
      { index: 2, languageId: "python", text: "%magic\nb = 2" },
    ],
  });
  const from = joined.text.indexOf("b = 2");
  expect(joined.place({ from, to: from + 5 })).toEqual({ from: 7, to: 12, cell: 2 });
  expect(joined.offset(7, 2)).toBe(from);
});
