/** How long an answer may take: never less than the daemon may need for it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import type { Method } from "@nhd/client";

type BoundOf = (method: Method, params: { readonly timeoutMs?: number }) => number;

test("a wait may take as long as it was asked to, and a call into the cluster longer than a plain one", async () => {
  // It is nobody's but the client's own.
  const { boundOf } = (await import(new URL("../dist/esm/bounds.js", import.meta.url).href)) as { boundOf: BoundOf };
  const plain = boundOf("session.list", {});
  for (const timeoutMs of [undefined, 1000, 3_600_000]) {
    const asked = timeoutMs === undefined ? {} : { timeoutMs };
    assert.ok(boundOf("forward.wait", asked) > (timeoutMs ?? 30_000), `forward.wait ${timeoutMs}`);
    assert.ok(boundOf("session.wait", asked) > (timeoutMs ?? 24 * 3_600_000), `session.wait ${timeoutMs}`);
  }
  for (const method of ["debug.describe", "forward.suggest", "file.list", "file.read"] as const) {
    assert.ok(boundOf(method, {}) > plain, method);
  }
});
