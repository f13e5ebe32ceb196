/** A test with a window: whatever fails in it leaves a picture of the screen. */
import assert from "node:assert/strict";
import { test } from "node:test";

import type { Window } from "./screen.js";

const STORY_LIMIT_MS = 240_000;

/** @param window The window as it is when the story fails; none before it is open. */
export function story(name: string, window: () => Window | undefined, tell: () => Promise<void>): void {
  test(name, { timeout: STORY_LIMIT_MS }, async () => {
    try {
      await tell();
      assert.deepEqual((await window()?.faults().catch(() => [])) ?? [], []);
    } catch (error) {
      const shown = await window()?.shot(`failed ${name}`).catch(() => undefined);
      if (shown !== undefined) console.error(`the screen when it failed: ${shown}`);
      throw error;
    }
  });
}
