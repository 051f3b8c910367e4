import type { SyntaxNode } from "@lezer/common";
import type { Workspace } from "../source/document.js";
import { libraryBase } from "./evaluate/attributes.js";
import { first, Instance, Library, Method } from "./evaluate/index.js";
import type { Finding } from "./finding.js";
import { findingOf, placed, type Candidate } from "./functionFinding.js";
import { functionValue, madeOf } from "./functionObjects.js";
import type { Reader } from "./reader.js";

/** Names of classes whose objects are schedules: one that trains may well have a method that sets the rate, and is none. */
const scheduleClass = /LR|Lr(?![a-z])|Sched|Learn(?:ing)?_?Rate|Warm|Decay|Anneal|Cosine|Cycl|Restart|Noam|Plateau/;

/** `sched = WarmupCosine(optimizer, 1e-3, 5)`: what a class of the file, no library's, sets or tells, where its objects are made. */
export function ownSchedulers(reader: Reader, candidates: readonly Candidate[], workspace: Workspace): Finding[] {
  const owners = new Map<number, { owner: SyntaxNode; candidate: Candidate }>();
  for (const candidate of candidates) {
    const owner = classAround(candidate.definition);
    const name = owner?.getChild("VariableName");
    if (!owner || !name || !scheduleClass.test(reader.text(name))) continue;
    if (candidate.writes || !owners.has(owner.from)) owners.set(owner.from, { owner, candidate });
  }
  return [...owners.values()].flatMap(({ owner, candidate }) => {
    const shown = functionValue(reader, candidate.definition);
    const self = shown instanceof Method ? first(shown.self) : null;
    return madeOf(reader, owner).flatMap(({ site, one }) => {
      if (libraryBase(one.cls) instanceof Library) return [];
      const finding = findingOf(reader, { ...candidate, made: one }, workspace);
      const { span, area, cell } = placed(reader, site.node, site.node);
      const place = { callee: reader.text(site.callee), span, area: area!, ...(cell !== undefined && { cell }) };
      const same = self instanceof Instance && one.call?.node?.from === self.call?.node?.from;
      return finding ? [{ ...finding, ...place, ...(same && { twin: true }) }] : [];
    });
  });
}

/** The class that a method stands in. */
export function classAround({ parent: block }: SyntaxNode): SyntaxNode | undefined {
  const owner = (block?.name === "DecoratedStatement" ? block.parent : block)?.parent;
  return owner?.name === "ClassDefinition" ? owner : undefined;
}
