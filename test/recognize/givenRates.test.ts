import { describe, expect, it } from "vitest";
import { analyze } from "../../src/recognize/analyze.js";
import { rateAt, resolve } from "../../src/recognize/resolve.js";

const read = (text: string) =>
  analyze({ path: "train.py", languageId: "python", text }, { read: () => undefined }).findings.map((finding) =>
    resolve(finding),
  );

const flax =
  "import jax.numpy as jnp\ndef create_scheduler(factors='constant * linear_warmup * rsqrt_decay', base_learning_rate=0.5, warmup_steps=1000):\n  factors = [n.strip() for n in factors.split('*')]\n  def step_fn(step):\n    ret = 1.0\n    for name in factors:\n      if name == 'constant':\n        ret *= base_learning_rate\n      elif name == 'linear_warmup':\n        ret *= jnp.minimum(1.0, step / warmup_steps)\n      elif name == 'rsqrt_decay':\n        ret /= jnp.sqrt(jnp.maximum(step, warmup_steps))\n      else:\n        raise ValueError('Unknown factor %s.' % name)\n    return jnp.asarray(ret, dtype=jnp.float32)\n  return step_fn\n";
const factory =
  "def make(base, total):\n    def fn(count):\n        return base * (1 - count / total)\n    return fn\n";

describe("functions under any name that something takes its rate from", () => {
  it.each<[text: string, spans: string, rates: Record<number, number>, why: string]>([
    [
      `${flax}fn = create_scheduler(base_learning_rate=0.05, warmup_steps=100)\ndef train_step(optimizer, batch):\n    lr = fn(optimizer.state.step)\n    optimizer.apply_gradient(grad, learning_rate=lr)\nfor i in range(500):\n    train_step(optimizer, batch)\n`,
      "step_fn",
      { 0: 0, 50: 0.0025, 100: 0.005, 400: 0.0025 },
      "a factory that multiplies factors by their names, asked in the step",
    ],
    [
      `import optax\n${factory}class Adam(Base):\n    def __init__(self, lr=0.1, total=100):\n        super().__init__(optax.chain(optax.scale_by_adam(), optax.scale_by_schedule(make(lr, total=total))))\n`,
      "fn",
      { 0: 0.1, 50: 0.05 },
      "given to a step of a chain in a constructor that nobody calls",
    ],
    [
      `import optax\n${factory}tx = optax.adamw(make(0.1, 100), weight_decay=0.1)\n`,
      "fn",
      { 0: 0.1, 50: 0.05 },
      "given to an optimizer",
    ],
    [
      `import optax\n${factory}other = make(0.7, 9)\ntx = optax.sgd(make(0.1, 100))\nthird = make(0.2, 9)\n`,
      "fn",
      { 0: 0.1, 50: 0.05 },
      "the one of several that is given",
    ],
    [
      "import optax\ndef make(base, total):\n    return lambda count: base * (1 - count / total)\nsched = make(base=0.1, total=100)\ntx = optax.chain(optax.clip(1.0), optax.sgd(learning_rate=sched))\n",
      "lambda count: base * (1 - count / total)",
      { 50: 0.05 },
      "a factory of lambdas",
    ],
    [
      `import optax\n${factory}def create(config):\n    if config.schedule == 'constant':\n        rate = 0.1\n    elif config.schedule == 'fall':\n        rate = make(0.2, 100)\n    else:\n        raise ValueError(config.schedule)\n    if config.optimizer == 'adam':\n        return optax.adam(learning_rate=rate)\n    return optax.sgd(learning_rate=rate)\n`,
      "fn",
      { 0: 0.2, 50: 0.1 },
      "given in one of the ways of an if",
    ],
    [
      "import optax\nschedule = lambda step: 0.1 * 0.9 ** step\ntx = optax.sgd(learning_rate=schedule)\n",
      "schedule",
      { 2: 0.081 },
      "a lambda under a name",
    ],
    [
      "import torch\ndef one_cycle(peak, n):\n    def at(t):\n        return peak * (t / n if t < n else max(0, 2 - t / n))\n    return at\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nschedule = one_cycle(0.4, 100)\nfor step, x in enumerate(loader):\n    lr = schedule(step)\n    opt.param_groups[0].update(lr=lr)\n    opt.step()\n",
      "at",
      { 50: 0.2, 150: 0.2 },
      "its result put into a parameter group",
    ],
    [
      "from stable_baselines3 import PPO\ndef linear_schedule(initial_value):\n    def func(progress_remaining):\n        return progress_remaining * initial_value\n    return func\nmodel = PPO('MlpPolicy', env, learning_rate=linear_schedule(3e-4))\nmodel.learn(total_timesteps=1000)\n",
      "func",
      { 0: 3e-4, 500: 1.5e-4 },
      "a function of what remains of the run",
    ],
    [
      "from baselines import ppo2\nfrom mine import learn\nlearn(policy, lr=lambda f: f * 0.5, cliprange=lambda f: f * 0.1, total_timesteps=1000)\n",
      "lambda f: f * 0.5",
      { 0: 0.5, 500: 0.25 },
      "the same of the older library, handed to a function of another file",
    ],
    [
      "import optax\nclass Warm:\n    def __init__(self, n):\n        self.n = n\n    def __call__(self, step):\n        return min(1.0, step / self.n)\ntx = optax.sgd(Warm(10))\n",
      "__call__",
      { 5: 0.5 },
      "an object that can be called",
    ],
  ])("%#: %j", (text, spans, rates) => {
    const found = read(text);
    expect(found.map(({ finding: { span } }) => text.slice(span.from, span.to))).toEqual([spans]);
    for (const [t, rate] of Object.entries(rates)) expect(rateAt(found[0]!, Number(t))).toBeCloseTo(rate, 12);
  });

  it.each([
    [`${factory}epsilon = make(1.0, 100)\nagent = Agent(epsilon=epsilon(step))\n`, "another quantity"],
    [`${factory}agent = Agent(temperature=make(1.0, 100))\n`, "a temperature"],
    ["import optax\ntx = optax.sgd(learning_rate=0.1)\n", "a number"],
    [
      "import torch\nclass T:\n    def __init__(self, model, world_size):\n        self.world_size = world_size\n        scaled = self.scale_learning_rate(1e-4)\n        self.opt = torch.optim.AdamW(model.parameters(), lr=scaled)\n    def scale_learning_rate(self, base_lr):\n        return base_lr * self.world_size\nt = T(model, 8)\n",
      "a base rate that a method scales by the number of processes",
    ],
    [
      "import torch\ndef scale(lr, batch_size, devices=1):\n    return lr * batch_size * devices / 256\nopt = torch.optim.SGD(net.parameters(), lr=scale(args.lr, batch_size=args.batch_size))\n",
      "the same by the batch",
    ],
    [
      "import optax\ndef per_device(base_lr):\n    return base_lr * jax.device_count()\ntx = optax.sgd(learning_rate=per_device(0.1))\n",
      "the same by the devices",
    ],
  ])("%j has none: %s", (text) => expect(read(text)).toEqual([]));
});
