/** How it looks in dark, light and high contrast: readable everywhere; and what a screen reader says of each row. */
import assert from "node:assert/strict";
import { after, before } from "node:test";

import { until } from "../../test/until.js";
import { deploy } from "./lib/cluster.js";
import { variable } from "./lib/editor.js";
import { Scene } from "./lib/scene.js";
import type { Window } from "./lib/screen.js";
import { story } from "./lib/story.js";

/** Those that an editor has of itself, and the kind that it gives them. */
const isNew = variable("NHD_TEST_VERSION") === "newest";
const THEMES = [
  ["light", isNew ? "Light 2026" : "Default Light Modern", 1],
  ["dark", isNew ? "Dark 2026" : "Default Dark Modern", 2],
  ["high contrast", "Default High Contrast", 3],
  ["high contrast light", "Default High Contrast Light", 4],
] as const;
/** What WCAG asks for: of text, and of signs. */
const TEXT_CONTRAST = 4.5;
const SIGN_CONTRAST = 3;

let scene: Scene;
let user: Window;
before(async () => {
  scene = await Scene.set();
  const { namespace } = scene.stage;
  // One that is short of pods, and one that fails its start.
  await deploy(namespace, "ailing", { containers: [{ name: "app", image: "nhd-tests/nowhere:1", imagePullPolicy: "Never" }] });
  user = await scene.open();
  await scene.stage.start();
  await user.show();
  await user.row(/^deployment\/web, .*, in sync$/).waitFor();
  await user.row("deployment/ailing, 0 of 1 ready").waitFor();
});
after(() => scene?.close());
const window = () => scene?.window;

interface Seen {
  readonly what: string;
  readonly contrast: number;
}

/** The contrast of each text and sign of our rows to what is behind it. */
const contrasts = (part: "text" | "sign"): Promise<readonly Seen[]> =>
  user.page.evaluate((wanted) => {
    const parse = (color: string): number[] => {
      const srgb = /^color\(srgb (.*)\)$/.exec(color)?.[1];
      const numbers = (srgb ?? color).match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0];
      return srgb === undefined ? numbers : numbers.map((value, index) => (index < 3 ? value * 255 : value));
    };
    const over = (top: number[], below: number[]): number[] => {
      const alpha = top[3] ?? 1;
      return [0, 1, 2].map((index) => (top[index] ?? 0) * alpha + (below[index] ?? 0) * (1 - alpha));
    };
    const behind = (element: Element | null): number[] => {
      if (element === null) return [255, 255, 255];
      const own = parse(getComputedStyle(element).backgroundColor);
      return (own[3] ?? 1) === 1 ? own : over(own, behind(element.parentElement));
    };
    const light = (color: number[]): number => {
      const [red = 0, green = 0, blue = 0] = color.map((value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    /** What an element and those around it let through. */
    const opacity = (element: Element | null): number => (element === null ? 1 : Number(getComputedStyle(element).opacity) * opacity(element.parentElement));
    const rows = [...document.querySelectorAll(".pane-body .monaco-list-row"), ...document.querySelectorAll('[id="nhd.nhd.session"]')];
    return rows.flatMap((row) => {
      const parts = wanted === "text" ? row.querySelectorAll(".label-name, .label-description, .statusbar-item-label") : row.querySelectorAll(".custom-view-tree-node-item-icon.codicon, .statusbar-item-label .codicon");
      return [...parts].map((each) => {
        const back = behind(each);
        const color = parse(getComputedStyle(each).color);
        const front = over([...color.slice(0, 3), (color[3] ?? 1) * opacity(each)], back);
        const [bright = 0, dim = 0] = [light(front), light(back)].sort((one, other) => other - one);
        return { what: `${row.getAttribute("aria-label") ?? row.textContent}: ${each.textContent || each.className}`, contrast: (bright + 0.05) / (dim + 0.05) };
      });
    });
  }, part);

for (const [name, theme, kind] of THEMES) {
  story(`in ${name} every text and sign can be told from what is behind it`, window, async () => {
    await user.host.run((api, id) => api.workspace.getConfiguration("workbench").update("colorTheme", id, api.ConfigurationTarget.Global), theme as string);
    await until(name, () => user.host.run((api, wanted) => api.window.activeColorTheme.kind === wanted, kind as number));
    await user.page.locator(name.startsWith("high") ? (name.endsWith("light") ? ".hc-light" : ".hc-black") : name === "light" ? ".vs" : ".vs-dark").first().waitFor();
    await user.page.mouse.move(900, 300);
    const shot = await user.shot(`theme ${name}`);
    const [texts, signs] = [await contrasts("text"), await contrasts("sign")];
    assert.ok(texts.length > 8 && signs.length > 5, `${texts.length} texts, ${signs.length} signs`);
    const bad = [...texts.filter(({ contrast }) => contrast < TEXT_CONTRAST), ...signs.filter(({ contrast }) => contrast < SIGN_CONTRAST)];
    assert.deepEqual(bad, [], shot);
  });
}

story("a screen reader says of each row what it is and how it does", window, async () => {
  const labels = await user.page.locator(".pane-body .monaco-list-row").evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label") ?? ""));
  const { namespace } = scene.stage;
  const { sessions: [status] } = await scene.stage.client.session.list();
  const expected = [
    new RegExp(`^deployment/web, ${namespace}, in sync$`),
    /^Sync, in sync · \d+ files?, .*$/,
    new RegExp(`^Pod, ${status?.pod?.name ?? ""}$`),
    /^Files, source → \S+$/,
    /^context \S+, chosen$/,
    new RegExp(`^namespace ${namespace} of context \\S+$`),
    /^Deployments, 2$/,
    /^deployment\/ailing, 0 of 1 ready$/,
    /^deployment\/web, in DevMode here$/,
  ];
  for (const pattern of expected) assert.ok(labels.some((label) => pattern.test(label)), `${pattern} in\n${labels.join("\n")}`);
  assert.deepEqual(labels.filter((label) => /undefined|^\s*$|, $|, ,/.test(label)), []);
  const spoken = await user.status().locator("a[aria-label]").first().getAttribute("aria-label");
  assert.match(spoken ?? "", /^DevMode of web: in sync/);
});
