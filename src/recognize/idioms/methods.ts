import { byName } from "../byName.js";
import { definitionOf } from "../names.js";
import { bindCall } from "../bind.js";
import { CallResult, first, Library, Member, type Val } from "../evaluate/index.js";
import { draft, type Idiom } from "./idiom.js";

/** Methods that run training under a schedule of their own. `owner`: what the file must show for the name alone to count. */
const methods: Readonly<Record<string, { readonly definition: string; readonly library: RegExp }>> = byName({
  fit_one_cycle: { definition: "fastai.learner.Learner.fit_one_cycle", library: /^fast(?:ai|book|core)/ },
  fit_flat_cos: { definition: "fastai.learner.Learner.fit_flat_cos", library: /^fast(?:ai|book|core)/ },
  fit_sgdr: { definition: "fastai.learner.Learner.fit_sgdr", library: /^fast(?:ai|book|core)/ },
  fine_tune: { definition: "fastai.learner.Learner.fine_tune", library: /^fast(?:ai|book|core)/ },
});

/** `learn.fit_one_cycle(3, 1e-2)`. */
export const learnerMethods: Idiom = {
  names: /^(?:fit_one_cycle|fit_flat_cos|fit_sgdr|fine_tune)$/,
  build(input) {
    const method = methods[input.name.slice(input.name.lastIndexOf(".") + 1)];
    const definition = method && definitionOf(method.definition);
    if (!method || !definition) return undefined;
    const { args, children } = bindCall(input.reader, definition, input.call, input.site);
    const inSight = input.reader.imports(method.library);
    return draft(input, {
      definition: method.definition,
      args,
      confidence: inSight ? "certain" : "likely",
      rest: { children },
    });
  },
};

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
