/** What VS Code calls: puts the parts together. Nothing is asked of anybody until something is shown or wanted. */
import type { ExtensionContext } from "vscode";

import type { App } from "./app.js";
import { registerCommands } from "./commands/table.js";
import { ConfigLanguage } from "./config/language.js";
import { ConfigLens } from "./config/lens.js";
import { Daemon } from "./daemon/daemon.js";
import { Doctor } from "./doctor.js";
import { Failures } from "./failures.js";
import { PodFiles } from "./files/provider.js";
import { log, logDisposal, wordsOf } from "./log.js";
import { Memory } from "./memory.js";
import { registerDebug } from "./run/debug.js";
import { registerTasks } from "./run/tasks.js";
import { Sessions } from "./sessions.js";
import { Follower } from "./start/follow.js";
import { Plans } from "./start/plan.js";
import { Status } from "./status.js";
import { registerLinks } from "./streams/links.js";
import { Terminals } from "./streams/terminals.js";
import { Target } from "./target.js";
import { keepKeys } from "./walkthrough.js";
import { DevModeView, ForwardsView } from "./views/devmode.js";
import { WorkloadsView } from "./views/workloads.js";

/** What was under way before this window was opened, or while no daemon was there. */
async function arrive({ follower, terminals, daemon, sessions }: App): Promise<void> {
  follower.resume();
  try {
    if (daemon.has("terminal.list")) {
      const client = await daemon.client();
      const lists = await Promise.all([client.terminal.list(), client.exec.list()]);
      sessions.replaceStreams(lists.flatMap(({ streams }) => streams).filter(({ state }) => state !== "ended"));
    }
    await terminals.restore();
  } catch (error) {
    log().warn(wordsOf(error));
  }
}

export function activate(context: ExtensionContext): void {
  const daemon = new Daemon(context.extensionUri);
  const sessions = new Sessions();
  const failures = new Failures(() => daemon.programs);
  const target = new Target(context.workspaceState, daemon);
  const follower = new Follower(daemon, sessions, failures);
  const plans = new Plans();
  const memory = new Memory(context.workspaceState);
  const devMode = new DevModeView(sessions, daemon);
  const workloads = new WorkloadsView(daemon, sessions, target);
  const terminals = new Terminals(daemon, target, context.workspaceState);
  const app = { context, daemon, sessions, target, memory, failures, follower, plans, terminals };
  const doctor = new Doctor(app);
  context.subscriptions.push(
    doctor,
    daemon,
    sessions,
    target,
    plans,
    terminals,
    devMode,
    workloads,
    new ForwardsView(sessions),
    new Status(daemon, sessions),
    new ConfigLens(sessions, target),
    new ConfigLanguage(daemon),
    keepKeys(sessions),
    new PodFiles(daemon).register(),
    registerLinks(sessions),
    registerTasks(app),
    registerDebug(app),
    ...registerCommands(app, { devMode, workloads, doctor }),
    daemon.onEvent((event) => {
      sessions.take(event);
      if (event.type === "snapshot") void arrive(app);
    }),
    logDisposal,
  );
  // A daemon that runs may have sessions of this folder.
  daemon.attach();
}
