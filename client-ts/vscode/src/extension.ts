/** What VS Code calls: puts the parts together. Nothing is asked of anybody until something is shown or wanted. */
import type { ExtensionContext } from "vscode";

import { registerCommands } from "./commands/table.js";
import { ConfigLens } from "./config/lens.js";
import { Daemon } from "./daemon/daemon.js";
import { Doctor } from "./doctor.js";
import { Failures } from "./failures.js";
import { logDisposal } from "./log.js";
import { Memory } from "./memory.js";
import { Sessions } from "./sessions.js";
import { Follower } from "./start/follow.js";
import { Plans } from "./start/plan.js";
import { Status } from "./status.js";
import { Target } from "./target.js";
import { keepKeys } from "./walkthrough.js";
import { DevModeView, ForwardsView } from "./views/devmode.js";
import { WorkloadsView } from "./views/workloads.js";

export function activate(context: ExtensionContext): void {
  const daemon = new Daemon(context.extensionUri);
  const sessions = new Sessions();
  const failures = new Failures();
  const target = new Target(context.workspaceState, daemon);
  const follower = new Follower(daemon, sessions, failures);
  const plans = new Plans();
  const memory = new Memory(context.workspaceState);
  const devMode = new DevModeView(sessions, daemon);
  const workloads = new WorkloadsView(daemon, sessions, target);
  const app = { context, daemon, sessions, target, memory, failures, follower, plans };
  const doctor = new Doctor(app);
  context.subscriptions.push(
    doctor,
    daemon,
    sessions,
    target,
    plans,
    devMode,
    workloads,
    new ForwardsView(sessions),
    new Status(daemon, sessions),
    new ConfigLens(sessions, target),
    keepKeys(sessions),
    ...registerCommands(app, { devMode, workloads, doctor }),
    daemon.onEvent((event) => {
      sessions.take(event);
      if (event.type === "snapshot") follower.resume();
    }),
    logDisposal,
  );
  // A daemon that runs may have sessions of this folder.
  daemon.attach();
}
