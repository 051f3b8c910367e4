import { byName } from "../byName.js";
import { definitionOf } from "../names.js";
import { bindCall } from "../bind.js";
import type { ScheduleDefinition } from "../../schedules/define.js";
import type { Finding, Run } from "../finding.js";
import { CallResult, first, Library, Member, type Val } from "../evaluate/index.js";
import { draft, type Idiom } from "./idiom.js";

interface LearnerMethod {
  readonly definition: string;
  /** Parameters that count the epochs of its run. */
  readonly epochs: readonly string[];
  /** The same of the library's first version. */
  readonly first?: { readonly definition: string; readonly epochs: readonly string[] };
}

/** Methods that run training under a schedule of their own. */
const methods: Readonly<Record<string, LearnerMethod>> = byName({
  fit_one_cycle: {
    definition: "fastai.learner.Learner.fit_one_cycle",
    epochs: ["n_epoch"],
    first: { definition: "fastai.train.fit_one_cycle", epochs: ["cyc_len"] },
  },
  fit_flat_cos: { definition: "fastai.learner.Learner.fit_flat_cos", epochs: ["n_epoch"] },
  fit_sgdr: { definition: "fastai.learner.Learner.fit_sgdr", epochs: [] },
  fine_tune: { definition: "fastai.learner.Learner.fine_tune", epochs: ["freeze_epochs", "epochs"] },
});

/** What shows that a file is fastai's, or that it is of its first version: modules that the second has under `.all`, arguments that it does not know. */
const shown = /^fast(?:ai|book|core)/;
const second = /^fastai2|^fastbook|^fastai(?:\.\w+)*\.all$|^fastai\.(?:basics|learner|callback\.\w+)$/;
const firsts =
  /^fastai$|^fastai\.(?:vision|text|tabular|train|basic_train|basic_data|callbacks|data_block|widgets|datasets)\b/;
const firstArguments = ["cyc_len", "max_lr", "div_factor", "final_div", "tot_epochs"];

function isFirst({ reader, call }: Parameters<Idiom["build"]>[0]): boolean {
  if (reader.imports(second)) return false;
  return reader.imports(firsts) || firstArguments.some((name) => call.kwargs.has(name));
}

/** `learn.fit_one_cycle(3, 1e-2)`. */
export const learnerMethods: Idiom = {
  names: /^(?:fit_one_cycle|fit_flat_cos|fit_sgdr|fine_tune)$/,
  build(input) {
    const named = methods[input.name.slice(input.name.lastIndexOf(".") + 1)];
    const method = named?.first && isFirst(input) ? named.first : named;
    const definition = method && definitionOf(method.definition);
    if (!method || !definition) return undefined;
    const { args, children } = bindCall(input.reader, definition, input.call, input.site);
    return draft(input, {
      definition: method.definition,
      args,
      confidence: input.reader.imports(shown) ? "certain" : "likely",
      run: epochsOf(definition, method.epochs, args),
      rest: { children, ...(named?.first === undefined || method !== named ? {} : refusal(input)) },
    });
  },
};

/** An argument of the first version given to the second's method, which Python refuses. */
function refusal({ reader, call }: Parameters<Idiom["build"]>[0]): Pick<Finding, "refused"> {
  const name = reader.imports(second) && firstArguments.find((argument) => call.kwargs.has(argument));
  return name ? { refused: `TypeError: fit_one_cycle() got an unexpected keyword argument '${name}'` } : {};
}

/** Its run lasts the epochs that it is given; what is left out has its default. */
function epochsOf(definition: ScheduleDefinition, names: readonly string[], args: Finding["args"]): Partial<Run> {
  const last = args[names.at(-1) ?? ""]?.value;
  if (!last || last.status === "unknown") return {};
  let total = 0;
  for (const name of names) {
    const given = args[name]?.value;
    const count = given?.status === "unknown" ? undefined : (given?.value ?? definition.params[name]?.default);
    if (typeof count !== "number") return {};
    total += count;
  }
  return { epochs: { ...last, value: total } };
}

/** `YOLO("yolo11n.pt").train(data=…, epochs=…)`. */
export const ultralyticsTrain: Idiom = {
  names: /^train$/,
  build(input) {
    const target = first(input.call.callee);
    if (!(target instanceof Member)) return undefined;
    const owner = first(target.of);
    const model = owner instanceof CallResult ? libraryName(owner.callee) : "";
    if (!/^ultralytics\./.test(model) && !(input.call.kwargs.has("data") && input.reader.imports(/^ultralytics/)))
      return undefined;
    const definition = definitionOf("ultralytics.YOLO.train") ?? definitionOf("ultralytics:linear");
    if (!definition) return undefined;
    const { args } = bindCall(input.reader, definition, input.call, input.site);
    return draft(input, { definition: definition.id, args });
  },
};

function libraryName(callee: Val): string {
  const target = first(callee);
  return target instanceof Library ? target.name : "";
}
