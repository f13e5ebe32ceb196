/** What the daemon says, in the language of the editor where there is a text of its code, else in the daemon's own English. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Notice } from "@nhd/client";
import { env, extensions, l10n } from "vscode";

import { log, wordsOf } from "./log.js";
import { rendered } from "./template.js";

/** A text of `l10n/messages.*.json`, by its code. */
interface Text {
  readonly text: string;
  readonly hint?: string;
  /** The English hint that `hint` stands for: an error may have another one. */
  readonly hintOf?: string;
}

type Texts = { readonly [code: string]: Text };

/** An error or a notice of the daemon. */
interface Said {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly code?: string | undefined;
  readonly arguments?: { readonly [name: string]: string } | undefined;
}

let texts: Texts | undefined;

export function inWords({ message, hint, code, arguments: given = {} }: Said): { readonly message: string; readonly hint: string | undefined } {
  const known = code === undefined ? undefined : (texts ??= read())[code];
  if (known === undefined) return { message, hint };
  const placed = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, placeIn(value)]));
  const isItsHint = known.hintOf !== undefined && rendered(known.hintOf, given) === hint;
  const translated = isItsHint && known.hint !== undefined ? rendered(known.hint, placed) : undefined;
  return { message: rendered(known.text, placed) ?? message, hint: translated ?? hint };
}

/** An argument is the daemon's English, of which a workload's place is the most frequent. */
function placeIn(argument: string): string {
  const [, workload, namespace] = /^(\w+\/\S+) in namespace (\S+)$/.exec(argument) ?? [];
  return workload === undefined || namespace === undefined ? argument : l10n.t("{0} in namespace {1}", workload, namespace);
}

/** Warnings, which come as English and beside it as notices. */
export function warningsIn({ warnings = [], notices = [] }: { readonly warnings?: readonly string[]; readonly notices?: readonly Notice[] }): readonly string[] {
  return warnings.map((message, index) => inWords(notices[index] ?? { message }).message);
}

/** Read when there is something to say for the first time; of the daemon's own language there is none. */
function read(): Texts {
  const folder = extensions.getExtension("nhd.nhd")?.extensionPath;
  if (folder === undefined || env.language.startsWith("en")) return {};
  try {
    return JSON.parse(readFileSync(join(folder, "l10n", `messages.${env.language}.json`), "utf8")) as Texts;
  } catch (error) {
    log().debug(`the daemon's texts in ${env.language}: ${wordsOf(error)}`);
    return {};
  }
}
