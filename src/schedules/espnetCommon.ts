import { power as pow } from "../engine/python.js";
import { defineSchedule, lastEpoch, optimizer } from "./define.js";
import type { Definition, Params, ScheduleDefinition } from "./define.js";

type Declared<P extends Params> = Omit<Definition<P>, "id" | "source">;

/** One of ESPnet's batch schedulers, by its class within its module; their own step number n is t + 1. */
export function scheduler<P extends Params>(path: string, declared: Declared<P>): ScheduleDefinition {
  const [module, name = ""] = path.split(".");
  return defineSchedule<P>({
    ...(declared as Definition<P>),
    id: `espnet2.schedulers.${path}`,
    aliases: [`espnet2.schedulers.${name}`, `espnet:${name.toLowerCase()}`],
    params: { optimizer, ...declared.params, last_epoch: lastEpoch } as unknown as P,
    needs: ["initial_lr", ...(declared.needs ?? [])],
    source: `espnet 202511, espnet2/schedulers/${module}.py`,
  });
}

/** min(n^−½, n · W^−3/2), at its highest at n = W. */
export const noam = (W: number) => (t: number) => Math.min(pow(t + 1, -0.5), (t + 1) * pow(W, -1.5));
