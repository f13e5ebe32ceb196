/** The workloads that a dev configuration names, and the lines where it does. It reads lines, not YAML: for a lens that is enough. */
import type { WorkloadKind } from "@nhd/client";

export interface NamedService {
  readonly name: string;
  /** Any kind where it is not said. */
  readonly kind: WorkloadKind | undefined;
  /** From 0. */
  readonly line: number;
}

const KINDS: { readonly [word: string]: WorkloadKind } = {
  deployment: "Deployment",
  statefulset: "StatefulSet",
  daemonset: "DaemonSet",
  job: "Job",
  cronjob: "CronJob",
  pod: "Pod",
};

/** A line `key: value`, perhaps the first of an item of a list. */
interface Entry {
  readonly line: number;
  readonly column: number;
  readonly isFirst: boolean;
  readonly key: string;
  readonly value: string;
}

/** A service is a mapping with a `name` and, beside it, `serviceType` or `containers`; containers and variables have names, too. */
export function servicesOf(text: string): readonly NamedService[] {
  const entries = text.split(/\r?\n/).flatMap(entryOf);
  return entries.flatMap((entry, index) => {
    if (entry.key !== "name" || entry.value === "") return [];
    const siblings = siblingsOf(entries, index);
    if (!siblings.some(({ key }) => key === "serviceType" || key === "containers")) return [];
    const type = siblings.find(({ key }) => key === "serviceType")?.value.toLowerCase();
    return [{ name: entry.value, kind: type === undefined ? undefined : KINDS[type], line: entry.line }];
  });
}

function entryOf(content: string, line: number): Entry[] {
  const [, indent, dashes, key, value] = /^(\s*)((?:-\s+)*)([\w-]+):(?:\s+(.*?))?\s*$/.exec(content) ?? [];
  if (indent === undefined || dashes === undefined || key === undefined) return [];
  const plain = (value ?? "").replace(/(^|\s)#.*$/, "").trim().replace(/^(["'])(.*)\1$/, "$2");
  return [{ line, column: indent.length + dashes.length, isFirst: dashes !== "", key, value: plain }];
}

/** The entries of the same mapping: none further to the left lies between, and no other item begins. */
function siblingsOf(entries: readonly Entry[], index: number): readonly Entry[] {
  const own = entries[index];
  if (own === undefined) return [];
  const isOut = ({ column }: Entry): boolean => column < own.column;
  const before: Entry[] = [];
  for (let at = index - 1, ended = own.isFirst; at >= 0 && !ended; at -= 1) {
    const entry = entries[at];
    if (entry === undefined || isOut(entry)) break;
    if (entry.column !== own.column) continue;
    before.push(entry);
    ended = entry.isFirst;
  }
  const after: Entry[] = [];
  for (const entry of entries.slice(index + 1)) {
    if (isOut(entry) || (entry.column === own.column && entry.isFirst)) break;
    if (entry.column === own.column) after.push(entry);
  }
  return [...before, ...after];
}
