/** The package for a platform: the same bytes each time, and all that is needed inside. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { connect } from "@nhd/client";

import { variable } from "./lib/editor.js";
import { Scene } from "./lib/scene.js";
import { story } from "./lib/story.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

/** The first bytes of programs, and what they are for: ELF and Mach-O. */
const HEADS = {
  "linux-x64": "7f454c460201010000000000000000000300" + "3e00",
  "linux-arm64": "7f454c460201010000000000000000000300" + "b700",
  "darwin-x64": "cffaedfe07000001" + "00".repeat(12),
  "darwin-arm64": "cffaedfe0c000001" + "00".repeat(12),
} as const;

/** Looks whether a package could be made of programs, and answers with what is said against it. */
async function checked(target: string, environment: { readonly [name: string]: string }): Promise<string> {
  const looked = run(join(root, "package.sh"), ["--check-only", "--target", target], { env: { ...process.env, ...environment } });
  return looked.then(() => "").catch((error: unknown) => (error as { stderr: string }).stderr);
}

test("a package for another platform is made of that platform's programs alone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nhd-programs-"));
  try {
    for (const [name, head] of Object.entries(HEADS)) {
      mkdirSync(join(folder, name));
      for (const program of ["nhd", "nhd-cli", "syncthing"]) {
        writeFileSync(join(folder, name, program), Buffer.from(head, "hex"));
        chmodSync(join(folder, name, program), 0o755);
      }
    }
    const of = (name: string, syncthing = name) => ({ NHD_BINARIES: join(folder, name), NHD_SYNCTHING: join(folder, syncthing, "syncthing") });
    for (const target of Object.keys(HEADS)) {
      assert.equal(await checked(target, of(target)), "", target);
      for (const other of Object.keys(HEADS).filter((name) => name !== target)) {
        assert.match(await checked(target, of(other)), new RegExp(`nhd is for ${other}, not for ${target}`));
        assert.match(await checked(target, of(target, other)), new RegExp(`syncthing is for ${other}, not for ${target}`));
      }
    }
    assert.match(await checked("darwin-arm64", { NHD_BINARIES: join(folder, "darwin-arm64"), NHD_SYNCTHING: "" }), /no program syncthing for darwin-arm64/);
    assert.match(await checked("win32-x64", {}), /no nhd for Windows.*WSL/);
    assert.match(await checked("linux-riscv64", {}), /there is no target linux-riscv64/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the package without programs, for every system, is the same bytes each time", async () => {
  const path = join(root, "build/universal.vsix");
  await run(join(root, "package.sh"), [path]);
  assert.ok(readFileSync(path).equals(readFileSync(variable("NHD_TEST_EXTENSION"))));
});

let scene: Scene;
before(async () => {
  const version = variable("NHD_TEST_VERSION");
  const pack = async (name: string): Promise<string> => {
    const path = join(root, `build/linux-x64-${version}-${name}.vsix`);
    await run(join(root, "package.sh"), ["--target", "linux-x64", path], { env: { ...process.env, NHD_BINARIES: variable("NHD_TEST_BINARIES") } });
    return path;
  };
  const one = await pack("one");
  // The editor has no part in it: once is enough.
  if (version === "newest") assert.ok(readFileSync(one).equals(readFileSync(await pack("other"))), "packed twice, the bytes are the same");
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
