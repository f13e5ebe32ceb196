/** The parts that commands and views work with. */
import type { ExtensionContext } from "vscode";

import type { Daemon } from "./daemon/daemon.js";
import type { Failures } from "./failures.js";
import type { Memory } from "./memory.js";
import type { Sessions } from "./sessions.js";
import type { Follower } from "./start/follow.js";
import type { Plans } from "./start/plan.js";
import type { Terminals } from "./streams/terminals.js";
import type { Target } from "./target.js";

export interface App {
  readonly context: ExtensionContext;
  readonly daemon: Daemon;
  readonly sessions: Sessions;
  readonly target: Target;
  readonly memory: Memory;
  readonly failures: Failures;
  readonly follower: Follower;
  readonly plans: Plans;
  readonly terminals: Terminals;
}
