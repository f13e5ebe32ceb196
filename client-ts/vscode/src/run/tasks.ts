/** Build and run as tasks: the commands of the dev configuration, in the dev container, after everything saved is there. */
import type { NamedCommand, SessionStatus } from "@nhd/client";
import {
  CustomExecution,
  l10n,
  Task,
  TaskGroup,
  tasks,
  TaskScope,
  type Disposable,
  type TaskDefinition,
  type TaskProvider,
} from "vscode";

import type { App } from "../app.js";
import { isOwn, sessionsHere } from "../folders.js";
import { StreamTerminal } from "../streams/terminal.js";

const TYPE = "nhd";

interface CommandTask extends TaskDefinition {
  readonly command: NamedCommand;
  /** `deployment/reviews`; without it the session of the folder. */
  readonly workload?: string;
}

export function registerTasks(app: App): Disposable {
  const provider: TaskProvider = {
    provideTasks: () =>
      app.sessions.live
        .filter(isOwn)
        .flatMap((status) => (["build", "run"] as const).map((command) => taskOf(app, { type: TYPE, command, workload: nameOf(status) }))),
    resolveTask: (task) => taskOf(app, task.definition as CommandTask, task),
  };
  return tasks.registerTaskProvider(TYPE, provider);
}

export function nameOf({ workload }: SessionStatus): string {
  return `${workload.kind.toLowerCase()}/${workload.name}`;
}

/** The session that a name stands for; the one of the folder without a name. */
export function sessionNamed(app: App, workload: string | undefined): SessionStatus | undefined {
  const { live } = app.sessions;
  return workload === undefined ? sessionsHere(live)[0] : live.find((status) => nameOf(status) === workload || status.workload.name === workload);
}

function taskOf(app: App, definition: CommandTask, given?: Task): Task {
  const name = given?.name ?? (definition.workload === undefined ? definition.command : `${definition.command} ${definition.workload}`);
  const execution = new CustomExecution((resolved) => Promise.resolve(terminal(app, resolved as CommandTask)));
  const task = new Task(given?.definition ?? definition, given?.scope ?? TaskScope.Workspace, name, "nhd", execution, []);
  if (definition.command === "build") task.group = TaskGroup.Build;
  task.detail = l10n.t("in the dev container, once everything saved is there");
  return task;
}

function terminal(app: App, { command, workload }: CommandTask): StreamTerminal {
  return new StreamTerminal(() => app.daemon.client(), {
    open: (client, size) => {
      const status = sessionNamed(app, workload);
      if (status === undefined) throw new Error(l10n.t("{0} is not in DevMode; start it first", workload ?? l10n.t("this folder")));
      return client.exec.start({ session: status.session, run: command, tty: true, stdin: true, ...(size === undefined ? {} : { size: { columns: size.columns, rows: size.rows } }) });
    },
  });
}
