/** Forwards over their life: opened in a browser, copied, kept by the daemon over a window, and with the last error where they lead to nothing. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { after, before } from "node:test";

import { until } from "../../test/until.js";
import { DEV_IMAGE, Scene } from "./lib/scene.js";
import type { Window } from "./lib/screen.js";
import { story } from "./lib/story.js";

let scene: Scene;
let user: Window;
let session: string;
let port: number;
/** The local port of one that leads to nothing. */
let nowhere: number;
before(async () => {
  scene = await Scene.set();
  mkdirSync(join(scene.source, ".nocalhost"));
  const dev = { image: DEV_IMAGE, portForward: [":8080", ":8081"] };
  writeFileSync(join(scene.source, ".nocalhost/config.yaml"), JSON.stringify({ name: "web", containers: [{ name: "", dev }] }));
  user = await scene.open();
  ({ session } = await scene.stage.start());
  const { client } = scene.stage;
  await client.exec.start({ session, command: ["sh", "-c", "echo hello > /tmp/index.html; exec httpd -f -p 8080 -h /tmp"], detached: true });
  await client.forward.wait({ session, remotePort: 8080 });
  const { forwards } = await client.forward.list({ session });
  const local = (wanted: number): number => forwards.find(({ remotePort }) => remotePort === wanted)?.localPort ?? 0;
  [port, nowhere] = [local(8080), local(8081)];
  await user.show();
  await user.command("nhd.forwards.focus");
});
after(() => scene?.close());
const window = () => scene?.window;

const row = (words: string): RegExp => new RegExp(`^localhost:${port} → 8080, web · listening${words}`);

const request = (to: number): Promise<string> =>
  new Promise((resolve) => {
    const asked = get({ host: "127.0.0.1", port: to }, (answer) => answer.resume().on("end", () => resolve(`status ${answer.statusCode}`)));
    asked.on("error", () => resolve("failed"));
  });

story("a forward is copied, and opened where the user's browser is", window, async () => {
  await user.rowAction(row(""), "Copy Address");
  await until("the address", async () => (await user.host.run((api) => api.env.clipboard.readText())) === `localhost:${port}`);
  const opened = user.page.context().waitForEvent("page");
  await user.rowAction(row(""), "Open Forwarded Port");
  const page = await opened;
  // This editor leads to it below its own address, by a proxy that is not a part of the server that is tested.
  await page.waitForURL((url) => url.port === String(port) || url.pathname.split("/").includes(String(port)), { waitUntil: "commit" });
  await page.close();
});

story("forwards outlive the window, and are there in the next", window, async () => {
  await user.reload();
  assert.equal(await request(port), "status 200");
  await user.command("nhd.forwards.focus");
  await user.row(row("")).waitFor();
  // A row that is drawn anew at the moment of the press has nothing to say which it is; the editor asks then.
  await until("the row to go", async () => {
    await user.rowAction(row(""), "End Forward").catch(() => undefined);
    if (await user.row(row("")).waitFor({ state: "detached", timeout: 5000 }).then(() => true, () => false)) return true;
    await user.page.keyboard.press("Escape");
    return false;
  });
  assert.equal(await request(port), "failed");
});

story("a forward that leads to nothing says so in its row, once somebody has come for it", window, async () => {
  const quiet = user.row(new RegExp(`^localhost:${nowhere} → 8081, web · listening$`));
  await quiet.waitFor();
  assert.equal(await request(nowhere), "failed");
  await user.row(new RegExp(`^localhost:${nowhere} → 8081, web · listening · a connection has failed$`)).waitFor();
  await user.shot("forward with an error");
});
