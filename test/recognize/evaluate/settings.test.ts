import { expect, it } from "vitest";
import { marked, told } from "./marked.js";

const files = {
  "conf/__init__.py":
    "class Settings:\n    def __init__(self, settings):\n        for attr in dir(settings):\n            if attr.isupper():\n                setattr(self, attr, getattr(settings, attr))\nimport conf.base as settings\nsettings = Settings(settings)\n",
  "conf/base.py": "import os\nMILESTONES = [60, 120]\nTIME = os.getcwd()\nlower = 1\n",
  "cfg.py": "lr = 0.1\nsteps = [30]\n",
};

/** Settings that are taken over from a module or a namespace name by name. */
it.each<[source: string, expected: string, why: string]>([
  ["from conf import settings\nf(«settings.MILESTONES»)", "[60, 120]", "setattr over dir(module)"],
  ["import cfg\nf(«dir(cfg)[1]»)", '"lr"', "the names of a module"],
  ["import cfg\nf(«vars(cfg)['lr']»)", "0.1", "a module's names as a dict"],
  ["import cfg\nfor k, v in vars(cfg).items():\n    globals()[k] = v\nf(«cfg.steps»)", "[30]", "its items"],
  [
    "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', default=0.1)\nargs = p.parse_args()\nd = dict(args._get_kwargs())\nf(«d['lr']»)",
    "0.1",
    "a namespace's pairs",
  ],
  [
    "class S:\n    pass\ns = S()\nfor k, v in {'LR': 0.1, 'STEPS': [3]}.items():\n    setattr(s, k, v)\nf(«s.STEPS»)",
    "[3]",
    "setattr over a dict",
  ],
])("%s gives %s: %s", (source, expected) => {
  const { program, node } = marked(source, files);
  expect(told(program.evaluate(node))).toBe(expected);
});
