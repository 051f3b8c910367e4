import { expect, it } from "vitest";
import { marked, told } from "./marked.js";

const files = {
  "cfg.json": '{"lr": 0.3, "steps": [10, 20], "name": "1e-4"}',
  "configs/a.yaml": "train:\n  lr: 1e-4\n  rate: 1.0e-4\n  epochs: 10\n  flag: yes\n",
  "a.toml": "[train]\nlr = 0.5\n",
};

it.each([
  {
    source: "import json\nwith open('cfg.json') as f:\n  cfg = json.load(f)\n«cfg['lr']»",
    is: "0.3",
    why: "a JSON file opened by with",
  },
  { source: "import json\n«json.load(open('./cfg.json', 'r'))['steps']»", is: "[10, 20]", why: "opened in the call" },
  { source: "import json\n«json.loads(open('cfg.json').read())['name']»", is: '"1e-4"', why: "read as text first" },
  {
    source:
      "import argparse, yaml\np = argparse.ArgumentParser()\np.add_argument('--config', default='configs/a.yaml')\na = p.parse_args()\ncfg = yaml.safe_load(open(a.config))\n«cfg['train']['epochs']»",
    is: "10",
    why: "a path that is a command line's default",
  },
  {
    source: "import yaml\n«yaml.load(open('configs/a.yaml'), Loader=yaml.FullLoader)['train']['lr']»",
    is: '"1e-4"',
    why: "PyYAML reads 1e-4 as text",
  },
  {
    source: "import yaml\n«float(yaml.safe_load(open('configs/a.yaml'))['train']['lr'])»",
    is: "0.0001",
    why: "which scripts turn into a number",
  },
  { source: "import yaml\n«yaml.safe_load(open('configs/a.yaml'))['train']['rate']»", is: "0.0001", why: "with a dot" },
  {
    source: "from omegaconf import OmegaConf\n«OmegaConf.load('configs/a.yaml').train.lr»",
    is: "0.0001",
    why: "OmegaConf reads 1e-4 as a number, and gives attributes",
  },
  {
    source: "from omegaconf import OmegaConf\n«OmegaConf.create('a:\\n  b: 3').a.b»",
    is: "3",
    why: "OmegaConf made of a text",
  },
  { source: "import tomllib\n«tomllib.load(open('a.toml', 'rb'))['train']['lr']»", is: "0.5", why: "TOML" },
])("reads a data file that the script names: $why", ({ source, is }) => {
  const { program, node } = marked(source, files);
  expect(told(program.evaluate(node))).toBe(is);
});

it.each([
  { source: "import json\n«json.load(open('none.json'))['lr']»", why: "is not there" },
  { source: "import json\n«json.load(open('/etc/cfg.json'))['lr']»", why: "lies outside of the workspace" },
  { source: "import json, sys\n«json.load(open(sys.argv[1]))['lr']»", why: "is named on the command line" },
  { source: "import json\n«json.load(open('train.py'))['lr']»", why: "is no data file" },
])("claims nothing of a file that $why", ({ source }) => {
  const { program, node } = marked(source, files);
  expect(told(program.evaluate(node))).toMatch(/^unknown: /);
});
