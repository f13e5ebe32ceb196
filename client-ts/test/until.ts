/** Waiting for what has to come. */
import assert from "node:assert/strict";

/** How long anything may take that a test waits for. */
export const LIMIT_MS = 120_000;

/** Waits until a look finds something, for a bounded time. */
export async function until<T>(what: string, look: () => Promise<T>): Promise<NonNullable<T>> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    assert.ok(Date.now() < deadline, `not within ${LIMIT_MS / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
