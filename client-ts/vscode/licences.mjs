// Collects the licences of all that is in the package: what esbuild bundled (named in its metafile), and with `--binaries` what
// the daemon's programs are made of on a platform, by Rust's name of it: `node licences.mjs [--binaries TRIPLE] >FILE`.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL(".", import.meta.url));
const LICENCE = /^(licen[cs]e|copying|notice|unlicense)([.-].*)?$/i;

/** A part of the package: what it is called, what its author says of it, and where its licence is. */
function part(name, licence, folder) {
  const texts = readdirSync(folder).filter((file) => LICENCE.test(file)).sort();
  return { name, licence, texts: texts.map((file) => readFileSync(join(folder, file), "utf8").trim()) };
}

function bundled() {
  const { inputs } = JSON.parse(readFileSync(join(root, "build/meta.json"), "utf8"));
  const folders = new Set(Object.keys(inputs).flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []));
  return [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    return part(`${name} ${version}`, license, join(root, folder));
  });
}

/** The crates that are compiled into the programs, by Cargo's own account. */
function crates(triple) {
  const cargo = ["metadata", "--format-version", "1", "--locked", "--filter-platform", triple];
  const { packages, resolve, workspace_members: members } = JSON.parse(execFileSync("cargo", cargo, { cwd: join(root, "../.."), maxBuffer: 1 << 28 }));
  const byId = new Map(packages.map((each) => [each.id, each]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const wanted = new Set();
  const walk = (id) => {
    if (wanted.has(id)) return;
    wanted.add(id);
    for (const { pkg, dep_kinds: kinds } of nodes.get(id).deps) if (kinds.some(({ kind }) => kind === null)) walk(pkg);
  };
  for (const id of members) if (["nhd", "nhd-cli"].includes(byId.get(id).name)) walk(id);
  return [...wanted]
    .map((id) => byId.get(id))
    .filter(({ id }) => !members.includes(id))
    .sort((a, b) => a.name.localeCompare(b.name))
    .map(({ name, version, license, manifest_path: path }) => part(`${name} ${version}`, license ?? "see below", dirname(path)));
}

/** Syncthing is a program of its own, under the MPL 2.0; Debian keeps its licences beside it. */
function syncthing() {
  const debian = "/usr/share/doc/syncthing/copyright";
  const texts = existsSync(debian) ? [readFileSync(debian, "utf8").trim()] : [];
  return [{ name: "syncthing (https://syncthing.net, source: https://github.com/syncthing/syncthing)", licence: "MPL-2.0", texts }];
}

const [, , flag, triple] = process.argv;
const parts = [...bundled(), ...(flag === "--binaries" ? [...crates(triple), ...syncthing()] : [])];
// Most crates share a text word by word: each is printed once, below all that it belongs to.
const byText = new Map();
for (const { name, licence, texts } of parts) {
  const text = texts.length > 0 ? texts.join("\n\n") : `Licence: ${licence}. The package brings no text of it.`;
  byText.set(text, [...(byText.get(text) ?? []), `${name} (${licence})`]);
}
console.log("What this package is made of, beside nhd itself, which is under the Apache License 2.0.\n");
for (const [text, names] of byText) console.log(`${"=".repeat(100)}\n${names.join("\n")}\n${"-".repeat(100)}\n${text}\n`);
