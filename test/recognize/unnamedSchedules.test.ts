import { describe, expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { resolve } from "../../src/recognize/resolve.js";

const head = "import torch\nfrom torch.optim import lr_scheduler\n";

const rows: readonly {
  readonly why: string;
  readonly text: string;
  readonly spans: readonly string[];
  readonly values?: Readonly<Record<string, unknown>>;
}[] = [
  {
    why: "the class's name is the run's matter; what is written by name is known",
    text: `${head}def make(optimizer, cfg):\n    return getattr(torch.optim.lr_scheduler, cfg.name)(optimizer, gamma=0.5, **cfg.params)\n`,
    spans: ["getattr(torch.optim.lr_scheduler, cfg.name)(optimizer, gamma=0.5, **cfg.params)"],
    values: { gamma: 0.5 },
  },
  {
    why: "the class under a name of its own",
    text: `${head}class Trainer:\n    def build(self, optimizer):\n        kind = getattr(lr_scheduler, self.config["scheduler"]["type"])\n        self.s = kind(optimizer, **self.config["scheduler"]["args"])\n`,
    spans: ['kind(optimizer, **self.config["scheduler"]["args"])'],
  },
  {
    why: "by the module's table of names",
    text: `${head}def make(optimizer, cfg):\n    return lr_scheduler.__dict__[cfg.name](optimizer, **cfg.params)\n`,
    spans: ["lr_scheduler.__dict__[cfg.name](optimizer, **cfg.params)"],
  },
  {
    why: "something else is given the module and the optimizer",
    text: `${head}def main(config):\n    scheduler = config.init_obj("lr_scheduler", torch.optim.lr_scheduler, optimizer)\n`,
    spans: ['config.init_obj("lr_scheduler", torch.optim.lr_scheduler, optimizer)'],
  },
  {
    why: "a name that is known is that schedule",
    text: `${head}name = "StepLR"\ns = getattr(lr_scheduler, name)(optimizer, 30)\n`,
    spans: ["getattr(lr_scheduler, name)(optimizer, 30)"],
    values: { step_size: 30 },
  },
  {
    why: "an optimizer by an unknown name, a class that is only looked up, a test, a list of names",
    text: `${head}def make(cfg, model, s):\n    o = getattr(torch.optim, cfg.name)(model.parameters(), lr=0.1)\n    kind = getattr(lr_scheduler, cfg.name)\n    isinstance(s, getattr(lr_scheduler, cfg.name))\n    hasattr(lr_scheduler, cfg.name)\n    dir(lr_scheduler)\n`,
    spans: [],
  },
];

describe("schedulers whose class only the run knows", () => {
  it.each(rows)("$why", ({ text, spans, values = {} }) => {
    const { findings } = analyze({ path: "train.py", languageId: "python", text }, { read: () => undefined });
    expect(findings.map(({ span }) => text.slice(span.from, span.to))).toEqual(spans);
    const resolved = findings[0] && resolve(findings[0]);
    if (resolved?.finding.schedule === "function")
      expect(resolved.problem).toMatch(/^which schedule it is is not known/);
    for (const [name, value] of Object.entries(values))
      expect((resolved!.parameters[name] as { value?: unknown } | undefined)?.value).toEqual(value);
  });
});
