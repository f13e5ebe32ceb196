/** Thousands of workloads in one namespace: shown without a pause, and what changes is drawn anew alone. */
import assert from "node:assert/strict";
import { after, before } from "node:test";

import { ask } from "../../test/cluster.js";
import { until } from "../../test/until.js";
import { memoryOf, told } from "./lib/memory.js";
import { Scene } from "./lib/scene.js";
import type { Window } from "./lib/screen.js";
import { story } from "./lib/story.js";

const MANY = 5000;
/** How many are made at once. */
const LANES = 32;
/** Rows beside them: contexts, namespaces, kinds, and those of a change of the session's own. */
const FEW = 50;

let scene: Scene;
let user: Window;
const path = (): string => `/apis/batch/v1/namespaces/${scene.stage.namespace}/cronjobs`;

/** Of those that are suspended no controller makes anything. */
function schedule(name: string, container = "app"): unknown {
  const template = { spec: { restartPolicy: "Never", containers: [{ name: container, image: "nhd-tests/app:1" }] } };
  return { apiVersion: "batch/v1", kind: "CronJob", metadata: { name }, spec: { schedule: "0 0 1 1 *", suspend: true, jobTemplate: { spec: { template } } } };
}

const nameOf = (number: number): string => `report-${String(number).padStart(4, "0")}`;

before(async () => {
  scene = await Scene.set({ environment: { NHD_TEST_ROWS: "yes" } });
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < MANY) await ask("POST", path(), schedule(nameOf((next += 1) - 1)));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  user = await scene.open();
});
after(() => scene?.close());
const window = () => scene?.window;

interface Counts {
  readonly lists: number;
  readonly rows: number;
}

const counts = (): Promise<Counts> =>
  // Before the extension is awake, nothing has been asked of it.
  user.host.run(() => ({ lists: 0, rows: 0, ...(globalThis as unknown as { nhdRows: { [view: string]: Counts } }).nhdRows["nhd.workloads"] }));

/** Says how long it took and what was drawn for it. The machine is busy with other tests: what is bounded is the work, not the time. */
async function measured(what: string, act: () => Promise<unknown>): Promise<Counts> {
  let took = 0;
  const counted = await drawn(async () => {
    const begun = performance.now();
    await act();
    took = performance.now() - begun;
  });
  console.log(`${what}: ${took.toFixed(0)} ms, ${counted.lists} lists and ${counted.rows} rows`);
  return counted;
}

/** What is drawn anew while something is done, as soon as nothing more comes. */
async function drawn(act: () => Promise<unknown>): Promise<Counts> {
  const first = await counts();
  await act();
  let last = await counts();
  await until("rest", async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = await counts();
    const rests = now.rows === last.rows && now.lists === last.lists;
    last = now;
    return rests;
  });
  return { lists: last.lists - first.lists, rows: last.rows - first.rows };
}

story("five thousand workloads are shown, folded and unfolded without a pause", window, async () => {
  const before = await memoryOf(user.host);
  const shown = await measured("from the press on the icon to the rows", async () => {
    await user.show();
    await user.row(`cronjob/${nameOf(0)}`).waitFor();
  });
  assert.ok(shown.rows > MANY && shown.rows < MANY + FEW, `each is drawn once, and not ${shown.rows} rows`);
  await user.row(`CronJobs, ${MANY}`).waitFor();
  const folded = await measured("folded", async () => {
    await user.row(`CronJobs, ${MANY}`).click();
    await user.row(`cronjob/${nameOf(0)}`).waitFor({ state: "detached" });
  });
  const unfolded = await measured("unfolded", async () => {
    await user.row(`CronJobs, ${MANY}`).click();
    await user.row(`cronjob/${nameOf(0)}`).waitFor();
  });
  const scrolled = await measured("to the last row", async () => {
    await user.page.keyboard.press("End");
    await user.row(`cronjob/${nameOf(MANY - 1)}`).waitFor();
  });
  const nothing = { lists: 0, rows: 0 };
  assert.deepEqual([folded, unfolded, scrolled], [nothing, nothing, nothing], "the rows that are known stay");
  await user.shot("five thousand");
  const after = await memoryOf(user.host);
  console.log(`the extension host before: ${told(before)}; with ${MANY} rows: ${told(after)}`);
  // What the daemon says of each, its row, and what the editor keeps of the row.
  assert.ok(after.heap - before.heap < 60, `${after.heap - before.heap} MB more`);
});

story("of five thousand the one that changes is drawn anew, and no other", window, async () => {
  const one = `${path()}/${nameOf(MANY - 2)}`;
  const changed = await drawn(async () => {
    const found = await ask("GET", one);
    const body = schedule(nameOf(MANY - 2), "other") as { metadata: object };
    await ask("PUT", one, { ...body, metadata: { ...found?.metadata } });
    await until("the change", async () => (await scene.stage.client.workload.list({ ...place() })).workloads.some(({ containers }) => containers.includes("other")));
  });
  assert.deepEqual(changed, { lists: 0, rows: 1 });
});

story("one that comes or goes is drawn in its place, and what is selected stays so", window, async () => {
  const last = user.row(`cronjob/${nameOf(MANY - 1)}`);
  await last.click();
  const coming = `${nameOf(MANY - 2)}-b`;
  const came = await measured("a new one is in its place", async () => {
    await ask("POST", path(), schedule(coming));
    await user.row(`cronjob/${coming}`).waitFor();
  });
  const names = await user.page.getByRole("treeitem", { name: /^cronjob\// }).evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label") ?? ""));
  assert.deepEqual(names.slice(-2), [`cronjob/${coming}`, `cronjob/${nameOf(MANY - 1)}`]);
  const went = await measured("one that is deleted is gone", async () => {
    await ask("DELETE", `${path()}/${coming}`);
    await user.row(`cronjob/${coming}`).waitFor({ state: "detached" });
  });
  assert.equal(await last.getAttribute("aria-selected"), "true");
  for (const { rows } of [came, went]) assert.ok(rows < MANY + FEW, `drawn once: ${rows} rows`);
});

function place(): { readonly kubeconfig: string; readonly namespace: string; readonly environment: { readonly [name: string]: string } } {
  const { laptop, namespace } = scene.stage;
  return { kubeconfig: `${laptop.folder}/.kube/config`, namespace, environment: { ...laptop.environment } };
}
