import type { CallResult, PythonCall } from "../evaluate/index.js";
import type { Reader } from "../reader.js";
import { calleeName, type Draft, type Idiom } from "./idiom.js";
import { deepspeedInitialize } from "./deepspeedInitialize.js";
import { learnerMethods, ultralyticsTrain } from "./methods.js";
import { timmFactory } from "./timmFactory.js";
import { trainingArguments } from "./trainingArguments.js";

/** One line per idiom; the first that fits has the call. */
const idioms: readonly Idiom[] = [
  trainingArguments,
  timmFactory,
  learnerMethods,
  ultralyticsTrain,
  deepspeedInitialize,
];

/** The schedule that a call makes without being a schedule's own constructor. */
export function idiomAt(reader: Reader, call: CallResult, site: PythonCall | undefined): Draft | undefined {
  const callee = calleeName(call.callee);
  if (!callee) return undefined;
  const short = callee.name.slice(callee.name.lastIndexOf(".") + 1);
  for (const idiom of idioms) {
    if (!idiom.names.test(short)) continue;
    const made = idiom.build({ reader, call, site, ...callee });
    if (made) return made;
  }
  return undefined;
}
