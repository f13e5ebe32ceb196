/** All that a test has side by side: a developer with an editor and a daemon, a window on the screen, a namespace of the cluster. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Browser } from "playwright-core";
import { parse, stringify } from "yaml";

import { kubeconfigPath } from "../../../test/laptop.js";
import { Stage } from "../../../test/stage.js";
import { Editor, variable } from "./editor.js";
import { browser, Window, type WindowOptions } from "./screen.js";

export const DEV_IMAGE = "nhd-tests/dev:1";

export interface SceneOptions {
  readonly settings?: { readonly [name: string]: unknown };
  readonly trust?: boolean;
  readonly extensions?: readonly string[];
  /** More of what the editor has in its environment. */
  readonly environment?: { readonly [name: string]: string };
}

export class Scene {
  /** The window that was opened last. */
  window: Window | undefined;

  private constructor(
    readonly stage: Stage,
    readonly editor: Editor,
    readonly browser: Browser,
  ) {}

  static async set(options: SceneOptions = {}): Promise<Scene> {
    const stage = await Stage.set();
    const { laptop, namespace } = stage;
    try {
      mkdirSync(join(laptop.folder, ".kube"));
      writeFileSync(join(laptop.folder, ".kube/config"), kubeconfigFor(namespace));
      // The extension host has the PATH of the user's login shell.
      writeFileSync(join(laptop.folder, ".profile"), `export PATH="${variable("NHD_TEST_BINARIES")}:$PATH"\n`);
      const editor = await Editor.start({ ...options, folder: laptop.folder, environment: { ...laptop.environment, ...options.environment } });
      return new Scene(stage, editor, await browser());
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  get source(): string {
    return this.stage.laptop.source;
  }

  async open(options: WindowOptions = {}): Promise<Window> {
    return (this.window = await Window.open(this.browser, this.editor, this.source, options));
  }

  async close(): Promise<void> {
    await this.window?.close();
    await this.browser.close();
    await this.editor.close();
    await this.stage.close();
    rmSync(this.stage.laptop.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The test cluster's, with the test's namespace as the context's own. */
function kubeconfigFor(namespace: string): string {
  const config = parse(readFileSync(kubeconfigPath(), "utf8")) as { contexts: { context: { namespace?: string } }[] };
  for (const { context } of config.contexts) context.namespace = namespace;
  return stringify(config);
}
