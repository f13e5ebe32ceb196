/** The browser, and one window of the editor in it: what a user sees and presses. */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { chromium, type Browser, type BrowserContext, type Locator, type Page } from "playwright-core";

import { until } from "../../../test/until.js";
import { variable, type Editor } from "./editor.js";
import { Host } from "./host.js";

const FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];
/** How long the screen may take to show what it must. */
const SCREEN_LIMIT_MS = 30_000;

/** How long a press may be held up by something in between. */
const PRESS_LIMIT_MS = 5000;

export function browser(): Promise<Browser> {
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
}

export interface WindowOptions {
  readonly language?: string;
  /** The query that names what is opened, instead of a folder. */
  readonly query?: string;
  /** Of what is in a list, only what is in sight is in the page. */
  readonly height?: number;
}

export class Window {
  private constructor(
    readonly page: Page,
    public host: Host,
    private readonly editor: Editor,
    private readonly context: BrowserContext,
  ) {}

  static async open(browser: Browser, editor: Editor, folder: string, options: WindowOptions = {}): Promise<Window> {
    const context = await browser.newContext({ viewport: { width: 1280, height: options.height ?? 800 }, permissions: ["clipboard-read", "clipboard-write"] });
    context.setDefaultTimeout(SCREEN_LIMIT_MS);
    const page = await context.newPage();
    if (options.language !== undefined) {
      await page.addInitScript((language) => Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: language }), options.language);
    }
    const before = new Set(sockets(editor));
    await page.goto(`${editor.origin}/?${options.query ?? `folder=${encodeURIComponent(folder)}`}`);
    const host = await appeared(editor, before);
    await page.getByRole("tab", { name: /^Explorer|^资源管理器/ }).first().waitFor();
    return new Window(page, host, editor, context);
  }

  /** As F5 in a browser, or "Reload Window". */
  async reload(): Promise<void> {
    this.host.close();
    const before = new Set(sockets(this.editor));
    await this.page.reload();
    this.host = await appeared(this.editor, before);
  }

  /** Presses our icon in the activity bar, whose name may have a count behind it. */
  async show(): Promise<void> {
    await this.page.getByRole("tab", { name: /^nhd/ }).first().click();
  }

  command<T>(command: string, ...parameters: unknown[]): Promise<T> {
    return this.host.run(
      (api, [name, given]) => api.commands.executeCommand<T>(name, ...given),
      [command, parameters] as [string, unknown[]],
    );
  }

  /** A row of a tree, by the beginning of its accessible name. */
  row(name: string | RegExp): Locator {
    const pattern = typeof name === "string" ? new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}`) : name;
    return this.page.getByRole("treeitem", { name: pattern }).first();
  }

  /** Presses a button that a row shows while the mouse is over it; again where what is told of another row was in between. */
  async rowAction(row: string | RegExp, action: string): Promise<void> {
    const found = this.row(row);
    const button = found.locator(`a.action-label[aria-label*="${action}"]`).first();
    await found.waitFor();
    await until(`${action} of ${row}`, async () => {
      await this.page.mouse.move(900, 20);
      return found.hover({ timeout: PRESS_LIMIT_MS }).then(() => button.click({ timeout: PRESS_LIMIT_MS })).then(() => true, () => false);
    });
  }

  /** The quick pick or input box that is open. */
  get quick(): Locator {
    return this.page.locator(".quick-input-widget");
  }

  /** An entry of the quick pick that is open. */
  pick(name: string | RegExp): Locator {
    return this.quick.locator(".quick-input-list .monaco-list-row").filter({ hasText: name }).first();
  }

  /** A notification with a text in it. */
  toast(text: string | RegExp): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item").filter({ hasText: text }).first();
  }

  status(): Locator {
    return this.page.locator('[id="nhd.nhd.session"]');
  }

  async shot(name: string): Promise<string> {
    const folder = join(variable("NHD_TEST_SCREENSHOTS"));
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name.replace(/[^\w-]+/g, "-")}.png`);
    await this.page.screenshot({ path, animations: "disabled" });
    return path;
  }

  /** What the editor says of rows that it could not draw: a fault of ours that a test would pass by. */
  async faults(): Promise<readonly string[]> {
    return this.page.locator(".notification-list-item").filter({ hasText: /Element with id|is already registered|No tree item/ }).allInnerTexts();
  }

  async close(): Promise<void> {
    this.host.close();
    await this.context.close();
  }
}

function sockets(editor: Editor): string[] {
  return readdirSync(editor.companions);
}

/** The companion of a window that was just opened. A host that the editor gave up again leaves a socket where nobody listens. */
async function appeared(editor: Editor, before: ReadonlySet<string>): Promise<Host> {
  return until("the companion's socket", async () => {
    for (const name of sockets(editor).filter((each) => !before.has(each))) {
      const host = await Host.at(join(editor.companions, name)).catch(() => undefined);
      if (host !== undefined) return host;
    }
    return undefined;
  });
}
