/** The package for a platform: the same bytes each time, and all that is needed inside. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { connect } from "@nhd/client";

import { variable } from "./lib/editor.js";
import { Scene } from "./lib/scene.js";
import { story } from "./lib/story.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

let scene: Scene;
before(async () => {
  const packages = ["one", "other"].map((name) => join(root, `build/linux-x64-${name}.vsix`));
  const [one, other] = packages;
  assert.ok(one !== undefined && other !== undefined);
  for (const path of packages) {
    await run(join(root, "package.sh"), ["--target", "linux-x64", path], { env: { ...process.env, NHD_BINARIES: variable("NHD_TEST_BINARIES") } });
  }
  assert.ok(readFileSync(one).equals(readFileSync(other)), "packed twice, the bytes are the same");
  scene = await Scene.set({ extensions: [one, variable("NHD_TEST_COMPANION_PACKAGE")] });
});
after(() => scene?.close());

story("on a machine without nhd the packed programs are used", () => scene?.window, async () => {
  const { laptop } = scene.stage;
  // Neither nhd nor syncthing is on the PATH, and no daemon runs.
  writeFileSync(join(laptop.folder, ".profile"), "export PATH=/bin\n");
  await laptop.endDaemon("SIGTERM");
  const user = await scene.open();
  await user.show();
  await user.row("deployment/web").waitFor();
  const client = await connect({ environment: laptop.environment });
  try {
    const program = await run("readlink", [`/proc/${client.hello.pid}/exe`]);
    assert.match(program.stdout, /extensions\/nhd\.nhd-[^/]*\/bin\/nhd\n$/);
  } finally {
    await client.dispose();
  }
});
