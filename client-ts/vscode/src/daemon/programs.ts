/** Where the daemon's programs are: those that the settings name, those of this package, those on the PATH. */
import { accessSync, constants, statSync } from "node:fs";
import { basename, delimiter, dirname, isAbsolute, join } from "node:path";

import { workspace, type Uri } from "vscode";

/** The programs that a daemon is started with, and who named them. */
export interface Programs {
  readonly cli: string;
  readonly origin: "setting" | "bundled" | "path";
  readonly syncthing: string | undefined;
  /** Whether this package has programs, whoever named those that are taken. */
  readonly hasBundled: boolean;
}

export type Environment = { readonly [name: string]: string | undefined };

/** Nothing is ever downloaded: without any of the three there is no daemon. */
export function findPrograms(extension: Uri, environment: Environment = process.env): Programs | undefined {
  const found = findCli(extension, environment);
  if (found === undefined) return undefined;
  return { ...found, syncthing: findSyncthing(extension, environment), hasBundled: isProgram(bundledCli(extension)) };
}

function bundledCli(extension: Uri): string {
  return join(extension.fsPath, "bin", "nhd-cli");
}

function findCli(extension: Uri, environment: Environment): Pick<Programs, "cli" | "origin"> | undefined {
  const named = setting("path");
  if (named !== undefined) {
    const cli = cliAt(named);
    return cli === undefined ? undefined : { cli, origin: "setting" };
  }
  const bundled = bundledCli(extension);
  if (isProgram(bundled)) return { cli: bundled, origin: "bundled" };
  const cli = onPath("nhd-cli", environment);
  return cli === undefined ? undefined : { cli, origin: "path" };
}

/** The one that the user has comes first: it is patched with the system. */
function findSyncthing(extension: Uri, environment: Environment): string | undefined {
  const named = setting("syncthing") ?? environment["NHD_SYNCTHING"];
  if (named !== undefined) return named;
  if (onPath("syncthing", environment) !== undefined) return undefined;
  const bundled = join(extension.fsPath, "bin", "syncthing");
  return isProgram(bundled) ? bundled : undefined;
}

/** The setting may name `nhd`, `nhd-cli` beside it, or their folder. */
function cliAt(named: string): string | undefined {
  const candidates = basename(named) === "nhd-cli" ? [named] : [join(named, "nhd-cli"), join(dirname(named), "nhd-cli")];
  return candidates.find(isProgram);
}

function onPath(program: string, environment: Environment): string | undefined {
  const folders = (environment["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, program)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function setting(name: string): string | undefined {
  const value = workspace.getConfiguration("nhd").get<string>(name)?.trim();
  return value === undefined || value === "" ? undefined : value;
}
