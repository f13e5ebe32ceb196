/** The doctor's report as a document, with its buttons. */
import assert from "node:assert/strict";
import { after, before } from "node:test";

import { until } from "../../test/until.js";
import { Scene } from "./lib/scene.js";
import { story } from "./lib/story.js";

let scene: Scene;
before(async () => void (scene = await Scene.set()));
after(() => scene?.close());

story("the doctor looks, says what it found, and gives the report to be copied", () => scene?.window, async () => {
  const user = await scene.open();
  await user.show();
  await user.row(/^(context|deployment\/web)/).waitFor();
  await user.command("nhd.doctor");
  const text = await until("the report", () => user.host.run((api) => api.window.activeTextEditor?.document.getText()));
  assert.match(text, /✓ /);
  assert.match(text, /The cluster/);
  await user.page.locator(".codelens-decoration").getByText("Copy Report").click();
  await until("the clipboard", async () => (await user.host.run((api) => api.env.clipboard.readText())) === text);
  await user.shot("doctor");
});
