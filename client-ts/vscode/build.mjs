// Bundles the extension (`node build.mjs`) or the tests (`node build.mjs test`): TypeScript in, one file each out.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = fileURLToPath(new URL(".", import.meta.url));
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  alias: { "@nhd/client": "../src/index.ts" },
  logLevel: "warning",
  legalComments: "none",
};

if (process.argv[2] === "test") {
  rmSync(`${root}build/test`, { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: ["test/run.ts", ...readdirSync(`${root}test`).filter((file) => file.endsWith(".test.ts")).map((file) => `test/${file}`)],
    outdir: "build/test",
    format: "esm",
    splitting: true,
    external: ["playwright-core"],
    // `ws` is CommonJS and asks for Node's own modules with `require`.
    banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
  });
  writeFileSync(`${root}build/test/package.json`, `{ "type": "module" }\n`);
} else {
  rmSync(`${root}dist`, { recursive: true, force: true });
  const { metafile } = await build({
    ...common,
    metafile: true,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    format: "cjs",
    minify: true,
    // What makes `ws` faster is native and optional; the daemon's messages are small.
    external: ["vscode", "bufferutil", "utf-8-validate"],
  });
  // What is in it, for the licences.
  mkdirSync(`${root}build`, { recursive: true });
  writeFileSync(`${root}build/meta.json`, JSON.stringify(metafile));
}
