import { expect, it } from "vitest";
import { marked, told } from "./marked.js";

it.each([
  // Names, flow
  { source: "a = 1\na = a + 1\nf(«a»)\na = 9", expected: "2", why: "later assignments do not count" },
  { source: "a, (b, *c) = 1, (2, 3, 4)\nf(«[a, b, c]»)", expected: "[1, 2, [3, 4]]", why: "unpacking" },
  { source: "a = b = 0.1\nb *= 10\nf(«b»)", expected: "1.0", why: "augmented assignment" },
  {
    source: "if x:\n  lr = 0.1\nelse:\n  lr = 0.01\nf(«lr»)",
    expected: "0.1 or 0.01",
    why: "an undecided branch gives both",
  },
  {
    source: "big = True\nif big:\n  lr = 0.1\nelse:\n  lr = 0.01\nf(«lr»)",
    expected: "0.1",
    why: "a decided branch gives one",
  },
  { source: "lr = 0.1\nif x:\n  lr = 0.2\nf(«lr»)", expected: "0.1 or 0.2", why: "a branch that may not run" },
  {
    source: "def g():\n  f(«LR»)\nLR = 0.1\ng()",
    expected: "0.1",
    why: "a global's value when the function is called",
  },
  {
    source: "ms = []\nfor i in range(1, 4):\n  ms.append(i * 30)\nf(«ms»)",
    expected: "[30, 60, 90]",
    why: "a loop that builds a list",
  },
  {
    source: "g = []\nfor p in net.parameters():\n  g += [1]\nf(«len(g)»)",
    expected: "unknown: its length is only known when the file runs",
    why: "how long a list grows is not claimed",
  },
  {
    source: "g = []\nfor p in net.parameters():\n  g += [1]\nv = g[0]\nf(«v»)",
    expected: "unknown: its length is only known when the file runs",
    why: "nor what stands first in it",
  },
  {
    source: "g = []\nfor p in net.parameters():\n  g += [1]\n  g = other(g)\nf(«g[0]»)",
    expected: "unknown: an item of a value that is only known when the file runs",
    why: "one that is set anew there is not known",
  },
  {
    source: "g = [0, 0]\nfor i, p in enumerate(net.parameters()):\n  g[i] = 1\nf(«len(g)»)",
    expected: "2",
    why: "an item that is set leaves the length",
  },
  {
    source: "g = [0] * len(names)\nfor i, p in enumerate(names):\n  g[i] = 1\nv = len([x for x in g])\nf(«v»)",
    expected: "unknown: its length is only known when the file runs",
    why: "nor is the length of what an assumed length gives",
  },
  {
    source: "g = []\nfor p in net.parameters():\n  g.append(p)\nf(«1 if g else 2»)",
    expected: "1 or 2",
    why: "nor whether it holds anything",
  },
  {
    source: "ms = [30]\nif x:\n  ms.append(60)\nf(«ms»)",
    expected: "unknown: how many items it has depends on a condition that is not known",
    why: "a list that only one of two ways makes longer",
  },
  {
    source: "ms = [30]\nif x:\n  ms.append(60)\nelse:\n  ms.append(60)\nf(«ms»)",
    expected: "[30, 60]",
    why: "one that both make longer",
  },
  {
    source: "try:\n  if x:\n    raise ValueError()\n  n = 1\nexcept ValueError:\n  n = 2\nf(«n»)",
    expected: "1 or 2",
    why: "of two ways one raises",
  },
  {
    source: "try:\n  n = 1\n  if x:\n    None.info()\n  n = 3\nexcept Exception as e:\n  raise e\nf(«n»)",
    expected: "3",
    why: "the way that goes on",
  },
  { source: "n = 0\nwhile n < 100:\n  n += 30\nf(«n»)", expected: "120", why: "a while loop that ends" },
  {
    source: "lr = 0.1\nfor epoch in range(10):\n  f(«lr»)\n  lr *= 0.5\n  opt.step()",
    expected: "unknown: lr changes in the loop",
    why: "a training loop is not unrolled",
  },
  {
    source: "try:\n  import foo\n  n = 1\nexcept ImportError:\n  n = 2\nf(«n»)",
    expected: "1",
    why: "the try body runs",
  },
  {
    source: "try:\n  n = {}['a']\nexcept KeyError:\n  n = 2\nf(«n»)",
    expected: "2",
    why: "a handler of what is raised",
  },
  { source: "with open('x') as h:\n  n = 3\nf(«n»)", expected: "3", why: "with" },
  { source: "x = 5\ndef g():\n  global x\n  x = 7\ng()\nf(«x»)", expected: "7", why: "global" },
  {
    source: "def g():\n  n = 1\n  def h():\n    nonlocal n\n    n = 2\n  h()\n  f(«n»)\ng()",
    expected: "2",
    why: "nonlocal",
  },
  { source: "n = 1 if y else 2\nf(«n»)", expected: "1 or 2", why: "an undecided conditional expression" },
  {
    source: "def f():\n  return\n  g(«0.5 * 2»)\nf()",
    expected: "1.0",
    why: "code after a return is read all the same",
  },
  {
    source: "mode = 'step'\nif mode == 'cos':\n  g(«0.5 * 2»)",
    expected: "1.0",
    why: "a branch that is not taken is read all the same",
  },
  { source: "match 'a':\n  case 'b':\n    n = 1\n  case 'a' | 'c':\n    n = 2\nf(«n»)", expected: "2", why: "match" },
  // Functions
  {
    source: "def g(lr=0.1, n=3):\n  f(«lr * n»)",
    expected: "0.30000000000000004",
    why: "defaults of a function that nobody calls",
  },
  { source: "def g(lr, n=3):\n  f(«lr»)\ng(0.5)", expected: "0.5", why: "the only call's argument" },
  { source: "def g(lr):\n  f(«lr»)\ng(0.5)\ng(0.25)", expected: "0.5 or 0.25", why: "two calls, two values" },
  { source: "def g(lr):\n  f(«lr»)\ndef main():\n  g(lr=0.5)", expected: "0.5", why: "a caller that nobody calls" },
  { source: "def g(*a, **k):\n  f(«[a[0], k['lr']]»)\ng(1, lr=2)", expected: "[1, 2]", why: "collected arguments" },
  { source: "def g(a, b):\n  f(«[a, b]»)\nkw = {'b': 2}\ng(*[1], **kw)", expected: "[1, 2]", why: "spread arguments" },
  { source: "def g(n):\n  return n * 2, n * 3\na, b = g(10)\nf(«b»)", expected: "30", why: "a returned tuple" },
  {
    source: "def fact(n):\n  return 1 if n < 2 else n * fact(n - 1)\nf(«fact(10)»)",
    expected: "3628800",
    why: "recursion",
  },
  {
    source: "def r(n):\n  return r(n + 1)\nf(«r(0)»)",
    expected: /^unknown: too complex to follow/,
    why: "endless recursion",
  },
  { source: "def g():\n  yield 1\n  yield 2\nf(«list(g())»)", expected: "[1, 2]", why: "a generator" },
  {
    source: "def g(total_steps):\n  f(«total_steps // 10»)",
    expected: "assumed 10000 [total_steps]",
    why: "a parameter whose meaning is clear",
  },
  {
    source: "def g(gamma):\n  f(«gamma»)",
    expected: "unknown: gamma is a parameter without default",
    why: "a parameter without default",
  },
  {
    source: "def f(**kwargs):\n  return «kwargs['gamma']»",
    expected: "unknown: what **kwargs holds is up to its callers",
    why: "nobody here says what **kwargs holds",
  },
  {
    source: "def f(opt, **kwargs):\n  max_epochs = kwargs['max_epochs']\n  return «max_epochs»",
    expected: "assumed 100 [max_epochs]",
    why: "an entry that counts the run",
  },
  {
    source: "def f(**kwargs):\n  return «kwargs.get('gamma', 0.1)»",
    expected: "0.1",
    why: "a default beside the key is one as a parameter's is",
  },
  {
    source: "def f(*args):\n  return «args[1]»",
    expected: "unknown: what *args holds is up to its callers",
    why: "nor what *args holds",
  },
  {
    source: "def g(gamma=0.1, **rest):\n  return «gamma»\ndef f(*args, **kwargs):\n  return g(*args, **kwargs)",
    expected: "0.1",
    why: "what is handed on so takes no default away",
  },
  {
    source: "def f(**kwargs):\n  return «kwargs['gamma']»\nf(gamma=0.5)",
    expected: "0.5",
    why: "a caller says it",
  },
  {
    source: "from functools import partial\ndef g(a, b):\n  return a + b\nf(«partial(g, b=2)(1)»)",
    expected: "3",
    why: "partial",
  },
  { source: "x = load_config()\nf(«x»)", expected: "unknown: returned by load_config()", why: "an unknown call" },
  { source: "sched = (lambda n: n + 1)(4)\nf(«sched»)", expected: "5", why: "a lambda called in place" },
  { source: "def g():\n  hand_over(lambda: f(«0.5 * 2»))", expected: "1.0", why: "a lambda that is only handed over" },
  {
    source: "import tensorflow as tf\nx = tf.cond(step < 5, lambda: 0.1, lambda: 0.2)\nf(«x»)",
    expected: "0.1 or 0.2",
    why: "tf.cond undecided",
  },
  {
    source: "import os\ntry:\n  n = int(os.environ['WORLD_SIZE'])\nexcept KeyError:\n  n = 1\nf(«n»)",
    expected: "assumed 1 [world_size]",
    why: "the environment in a try",
  },
  // Classes
  {
    source: "class A:\n  def __init__(self, lr=0.1):\n    self.lr = lr\n  def g(self):\n    f(«self.lr»)",
    expected: "0.1",
    why: "an attribute from a parameter default",
  },
  {
    source:
      "class A:\n  def __init__(self, lr=0.1):\n    self.lr = lr\n  def g(self):\n    f(«self.lr»)\nA(lr=0.5).g()",
    expected: "0.5",
    why: "the constructor call's argument",
  },
  {
    source: "class A:\n  def __init__(self, lr=0.1):\n    self.lr = lr\n  def g(self):\n    f(«self.lr»)\na = A(0.3)",
    expected: "0.3",
    why: "constructed, method not called in the file",
  },
  {
    source: "class A:\n  LR = 0.1\nclass B(A):\n  N = 2\nf(«B.LR * B.N»)",
    expected: "0.2",
    why: "class attributes are inherited",
  },
  {
    source: "class A:\n  LR = 0.1\nc = A()\nc.LR = 0.2\nf(«c.LR»)",
    expected: "0.2",
    why: "an attribute set on the object",
  },
  {
    source:
      "class A:\n  def __init__(self):\n    self.n = 2\n  @property\n  def total(self):\n    return self.n * 5\nf(«A().total»)",
    expected: "10",
    why: "a property",
  },
  {
    source:
      "class A:\n  def __init__(self, lr):\n    self.lr = lr\nclass B(A):\n  def __init__(self):\n    super().__init__(0.7)\nf(«B().lr»)",
    expected: "0.7",
    why: "super().__init__",
  },
  {
    source:
      "class A:\n  @staticmethod\n  def g(n):\n    return n + 1\n  @classmethod\n  def h(cls):\n    return cls.g(1)\nf(«A.h()»)",
    expected: "2",
    why: "static and class methods",
  },
  {
    source:
      "class A:\n  def __init__(self, **kw):\n    for k, v in kw.items():\n      setattr(self, k, v)\nf(«A(lr=0.1).lr»)",
    expected: "0.1",
    why: "setattr in a loop",
  },
  {
    source:
      "class A:\n  def setup(self):\n    self.total = 100\n  def __init__(self):\n    self.setup()\n  def g(self):\n    f(«self.total»)",
    expected: "100",
    why: "set in a method that the constructor calls",
  },
  {
    source:
      "from torch import nn\nclass Net(nn.Module):\n  def __init__(self, n=4):\n    super().__init__()\n    self.n = n\n  def g(self):\n    f(«self.n»)",
    expected: "4",
    why: "a library's base class",
  },
  {
    source:
      "import pytorch_lightning as pl\nclass M(pl.LightningModule):\n  def __init__(self, lr=0.1, n=3):\n    super().__init__()\n    self.save_hyperparameters()\n  def configure_optimizers(self):\n    f(«self.hparams.lr»)",
    expected: "0.1",
    why: "save_hyperparameters",
  },
  {
    source:
      "import pytorch_lightning as pl\nclass M(pl.LightningModule):\n  def configure_optimizers(self):\n    f(«self.trainer.estimated_stepping_batches»)",
    expected: "assumed 100000 [trainer.estimated_stepping_batches]",
    why: "a count that the trainer tells",
  },
  {
    source:
      "from accelerate import Accelerator\na = Accelerator(gradient_accumulation_steps=4)\nf(«a.gradient_accumulation_steps»)",
    expected: "4",
    why: "given to a library's constructor",
  },
  {
    source:
      "import argparse, deepspeed\np = argparse.ArgumentParser()\np.add_argument('--lr', default=0.1)\np = deepspeed.add_config_arguments(p)\nf(«p.parse_args().lr»)",
    expected: "0.1",
    why: "a parser that a library adds to",
  },
  // Flags
  {
    source:
      "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr-rate', type=float, default=0.1)\nargs = p.parse_args()\nf(«args.lr_rate»)",
    expected: "0.1",
    why: "dashes become underscores",
  },
  {
    source:
      "import argparse\np = argparse.ArgumentParser()\np.add_argument('-b', '--batch', dest='bs', default='32', type=int)\nargs, _ = p.parse_known_args()\nf(«args.bs»)",
    expected: "32",
    why: "type applies to a default that is text",
  },
  {
    source:
      "import argparse\np = argparse.ArgumentParser()\np.add_argument('--fast', action='store_true')\nargs = p.parse_args()\nf(«args.fast»)",
    expected: "False",
    why: "store_true",
  },
  {
    source:
      "import argparse\np = argparse.ArgumentParser()\np.add_argument('--epochs', type=int)\nargs = p.parse_args()\nf(«args.epochs»)",
    expected: "assumed 100 [args.epochs]",
    why: "no default: an assumption by its name",
  },
  {
    source:
      "import argparse\np = argparse.ArgumentParser()\ng = p.add_argument_group('x')\ng.add_argument('--lr', default=0.1)\np.set_defaults(lr=0.2)\nd = vars(p.parse_args())\nf(«d['lr']»)",
    expected: "0.2",
    why: "groups, set_defaults, vars",
  },
  {
    source:
      "import argparse\nbase = argparse.ArgumentParser(add_help=False)\nbase.add_argument('--lr', default=0.1)\np = argparse.ArgumentParser(parents=[base])\nf(«p.parse_args().lr»)",
    expected: "0.1",
    why: "parents",
  },
  {
    source:
      "import argparse\np = argparse.ArgumentParser()\ns = p.add_subparsers()\nt = s.add_parser('train')\nt.add_argument('--lr', default=0.1)\nf(«p.parse_args().lr»)",
    expected: "0.1",
    why: "subparsers",
  },
  {
    source:
      "import argparse\ndef parse():\n  p = argparse.ArgumentParser()\n  p.add_argument('--lr', default=0.1)\n  return p.parse_args()\ndef train(opt):\n  f(«opt.lr»)\ndef main():\n  args = parse()\n  args.lr *= 2\n  train(args)\nif __name__ == '__main__':\n  main()",
    expected: "0.2",
    why: "changed before it is passed on",
  },
  {
    source:
      "import argparse\np = argparse.ArgumentParser()\np.add_argument('--ms', nargs='+', type=int, default=[30, 60])\nargs = p.parse_args()\nf(«args.ms»)",
    expected: "[30, 60]",
    why: "a list default",
  },
  {
    source:
      "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', default=None, type=float)\nargs = p.parse_args()\nif args.lr is None:\n  args.lr = 0.05\nf(«args.lr»)",
    expected: "0.05",
    why: "None filled in later",
  },
  {
    source: "from absl import flags\nflags.DEFINE_float('lr', 1, '')\nFLAGS = flags.FLAGS\nf(«FLAGS.lr»)",
    expected: "1.0",
    why: "absl converts the default",
  },
  {
    source:
      "import tensorflow as tf\ntf.app.flags.DEFINE_integer('n', 5, '')\nFLAGS = tf.app.flags.FLAGS\ndef main(_):\n  f(«FLAGS.n»)\ntf.app.run()",
    expected: "5",
    why: "tf.app.flags",
  },
  {
    source: "from absl import flags\n_LR = flags.DEFINE_float('lr', 0.1, '')\nf(«_LR.value»)",
    expected: "0.1",
    why: "a flag holder",
  },
  {
    source:
      "import click\n@click.command()\n@click.option('--base-lr', type=float, default=0.1)\n@click.option('--n', default=3)\ndef main(n, **kwargs):\n  train(**kwargs)\ndef train(base_lr=None):\n  f(«base_lr»)\nmain()",
    expected: "0.1",
    why: "click's options in **kwargs",
  },
  {
    source: "import click\n@click.command()\n@click.option('--lr', default=0.1)\ndef main(lr):\n  f(«lr»)\nmain()",
    expected: "0.1",
    why: "click",
  },
  {
    source: "import typer\ndef main(lr: float = typer.Option(0.1)):\n  f(«lr»)\ntyper.run(main)",
    expected: "0.1",
    why: "typer",
  },
  { source: "import os\nf(«int(os.environ.get('N', '8'))»)", expected: "8", why: "the environment's default" },
  { source: "import os\nf(«os.environ['LR']»)", expected: /^unknown/, why: "the environment without default" },
  {
    source:
      "import argparse\ndef parse():\n  p = argparse.ArgumentParser()\n  p.add_argument('--lr', default=0.1)\n  p.add_argument('--data', default=None)\n  args = p.parse_args()\n  if args.data is None:\n    raise ValueError('need data')\n  return args\nf(«parse().lr»)",
    expected: "0.1",
    why: "a check that the defaults fail",
  },
  {
    source: "a = [1]\na.append(a)\nf(«a»)",
    expected: "unknown: too complex to follow: nested more than 10 deep",
    why: "a list in itself",
  },
  { source: "a = [i for i in range(10**9)]\nf(«a»)", expected: /^unknown: too complex/, why: "a long comprehension" },
  { source: "x = 1\nwhile True:\n  x = x + 1\nf(«x»)", expected: /^unknown/, why: "an endless loop" },
  {
    source: "import sys\nn = int(sys.argv[1]) if len(sys.argv) > 1 else 50\nf(«n»)",
    expected: "50",
    why: "nothing on the command line",
  },
  { source: "import sys\nf(«float(sys.argv[1])»)", expected: /^unknown/, why: "given on the command line" },
  // Configs
  {
    source: "c = {'o': {'lr': 0.1}}\nc['o']['lr'] = 0.2\nc.update(n=3)\nf(«[c['o']['lr'], c.get('n'), c.get('m', 7)]»)",
    expected: "[0.2, 3, 7]",
    why: "nested dicts",
  },
  {
    source:
      "from dataclasses import dataclass, field\n@dataclass\nclass C:\n  lr: float = 0.1\n  ms: list = field(default_factory=lambda: [1, 2])\n  n: int = field(default=4)\nc = C(lr=0.2)\nf(«[c.lr, c.ms, c.n]»)",
    expected: "[0.2, [1, 2], 4]",
    why: "a dataclass",
  },
  {
    source: "from typing import NamedTuple\nclass C(NamedTuple):\n  lr: float = 0.1\nf(«C().lr»)",
    expected: "0.1",
    why: "a named tuple class",
  },
  {
    source: "from collections import namedtuple\nC = namedtuple('C', 'a b')\nf(«C(1, b=2).b»)",
    expected: "2",
    why: "namedtuple()",
  },
  {
    source: "from pydantic import BaseModel, Field\nclass C(BaseModel):\n  lr: float = Field(0.1, gt=0)\nf(«C().lr»)",
    expected: "0.1",
    why: "pydantic",
  },
  { source: "import attr\n@attr.s\nclass C:\n  lr = attr.ib(default=0.1)\nf(«C().lr»)", expected: "0.1", why: "attrs" },
  {
    source:
      "import ml_collections\ndef get_config():\n  c = ml_collections.ConfigDict()\n  c.opt = ml_collections.ConfigDict()\n  c.opt.lr = 0.1\n  return c\nf(«get_config().opt.lr»)",
    expected: "0.1",
    why: "ml_collections",
  },
  {
    source: "from types import SimpleNamespace\nc = SimpleNamespace(lr=0.1)\nf(«c.lr»)",
    expected: "0.1",
    why: "SimpleNamespace",
  },
  {
    source: "from easydict import EasyDict as edict\nc = edict()\nc.TRAIN = edict({'LR': 0.1})\nf(«c.TRAIN.LR»)",
    expected: "0.1",
    why: "EasyDict",
  },
  {
    source: "from omegaconf import OmegaConf\nc = OmegaConf.create({'a': {'b': 3}})\nf(«c.a.b»)",
    expected: "3",
    why: "OmegaConf",
  },
  {
    source:
      "from yacs.config import CfgNode as CN\n_C = CN()\n_C.SOLVER = CN()\n_C.SOLVER.LR = 0.1\ncfg = _C.clone()\ncfg.merge_from_list(['SOLVER.LR', '0.2'])\nf(«cfg.SOLVER.LR»)",
    expected: "0.2",
    why: "yacs",
  },
  {
    source: "from yacs.config import CfgNode as CN\nc = CN()\nc.LR = 0.1\nc.merge_from_file(path)\nf(«c.LR»)",
    expected: /^unknown: it may be 0.1/,
    why: "a file may override it",
  },
  { source: "import wandb\nwandb.init(config={'lr': 0.1})\nf(«wandb.config.lr»)", expected: "0.1", why: "wandb" },
  {
    source: "import hydra\n@hydra.main(config_name='x')\ndef main(cfg):\n  f(«cfg.optim.epochs»)\nmain()",
    expected: "assumed 100 [cfg.optim.epochs]",
    why: "hydra's config by name",
  },
  {
    source: "import json\nc = json.load(open('c.json'))\nf(«c['lr']»)",
    expected: "unknown: an item of a value that is only known when the file runs",
    why: "data from a file",
  },
  // Assumptions
  {
    source: "n = len(train_loader)\nf(«n * 10»)",
    expected: "assumed 10000 [len(train_loader)]",
    why: "the length of a loader",
  },
  {
    source: "import tensorflow as tf\nn = tf.data.experimental.cardinality(ds).numpy()\nf(«int(0.1 * n * 5)»)",
    expected: "assumed 500 [tf.data.experimental.cardinality(ds)]",
    why: "the batches of a tf.data pipeline",
  },
  {
    source:
      "import tensorflow as tf\nds = tf.data.Dataset.from_tensor_slices(x).batch(32)\nf(«ds.cardinality().numpy()»)",
    expected: "assumed 1000 [ds.cardinality()]",
    why: "the same as a method",
  },
  {
    source: "def g(ds):\n  f(«ds.cardinality() * 2»)",
    expected: "assumed 2000 [ds.cardinality()]",
    why: "of a pipeline that is handed over",
  },
  {
    source: "import ontology\nf(«ontology.cardinality(thing)»)",
    expected: "unknown: returned by ontology.cardinality()",
    why: "of something else",
  },
  {
    source: "import torch.distributed as dist\nf(«0.1 * dist.get_world_size()»)",
    expected: "assumed 0.1 [world_size]",
    why: "the number of processes",
  },
  {
    source: "import horovod.torch as hvd\nf(«0.1 * hvd.size()»)",
    expected: "assumed 0.1 [world_size]",
    why: "horovod",
  },
  {
    source:
      "from torch.utils.data import DataLoader\nfrom torchvision import datasets\nd = datasets.CIFAR10('x', train=True)\nl = DataLoader(d, batch_size=128)\nf(«len(l)»)",
    expected: "assumed 391 [len(l)]",
    why: "a well-known data set",
  },
  {
    source:
      "import argparse\np = argparse.ArgumentParser()\np.add_argument('--epochs', type=int, default=90)\nargs = p.parse_args()\nf(«args.epochs * len(loader)»)",
    expected: "assumed 90000 [len(loader)]",
    why: "a product with an assumption",
  },
  {
    source:
      "from zencfg import ConfigBase, make_config_from_cli\nclass Opt(ConfigBase):\n    gamma: float = 0.5\nclass Default(ConfigBase):\n    opt: Opt = Opt()\nconfig = make_config_from_cli(Default).to_dict()\nf(«config.opt.gamma»)",
    expected: "0.5",
    why: "a settings class that a library fills from the command line",
  },
  {
    source:
      "import pyrallis\nclass Config:\n    gamma: float = 0.5\nc = pyrallis.parse(config_class=Config)\nf(«c.gamma»)",
    expected: "0.5",
    why: "the same by keyword",
  },
  {
    source:
      "import tensorflow as tf\nt = tf.convert_to_tensor(0.5)\nf(«tf.math.divide_no_nan(tf.cast(3, t.dtype), 0.0) + tf.cast(3, t.dtype) / 2»)",
    expected: "1.5",
    why: "cast to the type of another number",
  },
  {
    source: "a = [len(loader)] * 100\nf(«a[7]»)",
    expected: "assumed 1000 [len(loader)]",
    why: "an item of a long list",
  },
  {
    source: "a = [5] * len(loader)\nf(«a[7]»)",
    expected: "assumed 5 [len(loader)]",
    why: "an item of a list whose length is assumed",
  },
])("$source: $why", ({ source, expected }) => {
  const { program, node } = marked(source);
  const text = told(program.evaluate(node));
  if (typeof expected === "string") expect(text).toBe(expected);
  else expect(text).toMatch(expected);
});

it.each([
  { name: "len(train_loader)", value: 500, expected: "assumed 500 [len(train_loader)]", why: "by its own name" },
  { name: "steps_per_epoch", value: 250, expected: "assumed 250 [len(train_loader)]", why: "by its meaning" },
])("assumes $name = $value: $why", ({ name, value, expected }) => {
  const { program, node } = marked("f(«len(train_loader)»)", {}, { [name]: value });
  expect(told(program.evaluate(node))).toBe(expected);
});

it.each([
  {
    source: "from config import LR\nf(«LR»)",
    files: { "config.py": "LR = 0.1" },
    expected: "0.1",
    why: "a name from a sibling",
  },
  {
    source: "import config as c\nf(«c.LR»)",
    files: { "config.py": "LR = 0.1" },
    expected: "0.1",
    why: "a sibling module",
  },
  {
    source: "from config import *\nf(«LR»)",
    files: { "config.py": "from base import *\nLR = BASE * 2", "base.py": "BASE = 0.1" },
    expected: "0.2",
    why: "star imports, re-exported",
  },
  {
    source: "from .config import cfg\nf(«cfg['lr']»)",
    files: { "config.py": "cfg = dict(lr=0.1)" },
    expected: "0.1",
    why: "a relative import",
  },
  {
    source: "from pkg.sub.conf import get\nf(«get().lr»)",
    files: { "pkg/sub/conf.py": "from types import SimpleNamespace as S\ndef get():\n  return S(lr=0.3)" },
    expected: "0.3",
    why: "a package",
  },
  {
    source: "import pkg\nf(«pkg.conf.LR»)",
    files: { "pkg/__init__.py": "from . import conf", "pkg/conf.py": "LR = 1" },
    expected: "1",
    why: "through __init__",
  },
  {
    source: "from a import x\nf(«x»)",
    files: { "a.py": "from b import y\nx = 1", "b.py": "from a import x\ny = 2" },
    expected: "1",
    why: "imports in a circle",
  },
  {
    source: "from opts import get_args\nargs = get_args()\nf(«args.lr»)",
    files: {
      "opts.py":
        "import argparse\ndef get_args():\n  p = argparse.ArgumentParser()\n  p.add_argument('--lr', default=0.4)\n  return p.parse_args()",
    },
    expected: "0.4",
    why: "options in a sibling",
  },
  {
    source: "from .gone import LR\nf(«LR»)",
    files: {},
    expected: "unknown: imported from .gone, which is not in the workspace",
    why: "a missing sibling",
  },
  {
    source: "from conf import *\nf(«[a, _b]»)",
    files: { "conf.py": "__all__ = ['a', '_b']\na = 1\n_b = 2\nc = 3\n" },
    expected: "[1, 2]",
    why: "what a star brings is told by __all__",
  },
  {
    source: "c = 0\nfrom conf import *\nf(«c»)",
    files: { "conf.py": "__all__ = ('a',)\na = 1\nc = 3\n" },
    expected: "0",
    why: "what __all__ does not name stays",
  },
  {
    source: "import math\nfrom conf import *\nf(«math.sqrt(4)»)",
    files: { "conf.py": "from .gone import other as math\n" },
    expected: "2.0",
    why: "what is not known hides no library",
  },
])("$source: $why", ({ source, files, expected }) => {
  const { program, node } = marked(source, files as Record<string, string>);
  expect(told(program.evaluate(node))).toBe(expected);
});
