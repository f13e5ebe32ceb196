/** What an extension host takes of memory. */
import type { Host } from "./host.js";

export interface Memory {
  /** What is in use of JavaScript's heap after garbage was collected, in MB. */
  readonly heap: number;
  /** What the process has in memory, in MB. */
  readonly resident: number;
}

/** How often it is looked at; the least is what it needs. */
const LOOKS = 3;

export async function memoryOf(host: Host): Promise<Memory> {
  const looks: Memory[] = [];
  while (looks.length < LOOKS) {
    looks.push(await look(host));
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const least = (part: keyof Memory): number => Math.min(...looks.map((each) => each[part]));
  return { heap: least("heap"), resident: least("resident") };
}

async function look(host: Host): Promise<Memory> {
  const { heapUsed, rss } = await host.run(async (_, __, load) => {
    const { Session } = load("node:inspector/promises") as typeof import("node:inspector/promises");
    const session = new Session();
    session.connect();
    await session.post("HeapProfiler.collectGarbage");
    session.disconnect();
    return process.memoryUsage();
  });
  return { heap: heapUsed / 1e6, resident: rss / 1e6 };
}

export const told = ({ heap, resident }: Memory): string => `heap ${heap.toFixed(1)} MB, resident ${resident.toFixed(0)} MB`;
