// Sees the product being loaded and woken: how long that takes, what it loads and what it reads. Read as `globalThis.nhdWaking`.
//
// The editor's own figures hold, beside that, what other extensions took that were loaded in between.
const fs = require("node:fs");
const Module = require("node:module");

// Which of its functions have run is counted where a file asks for it: that takes time itself.
const counting = fs.existsSync(`${process.env.NHD_TEST_COMPANION}.count`);
const waking = { bytes: 0, run: undefined, load: undefined, activate: undefined, reads: [] };
globalThis.nhdWaking = waking;

/** Time on the clock, and time on the processor, which does not count what others do on a busy machine. In ms. */
function timed(act) {
  const [begun, used] = [performance.now(), process.cpuUsage()];
  act();
  const { user, system } = process.cpuUsage(used);
  return { wall: performance.now() - begun, cpu: (user + system) / 1000 };
}

const READS = ["readFileSync", "readdirSync", "openSync", "statSync", "accessSync", "existsSync", "realpathSync", "readFile", "stat", "open", "access"];

/** Names what is asked of the disk meanwhile. */
function reading(act) {
  const own = READS.map((name) => [name, fs[name]]);
  for (const [name, call] of own) {
    fs[name] = Object.assign(function (path, ...more) {
      waking.reads.push(`${name} ${path}`);
      return call.call(this, path, ...more);
    }, call);
  }
  try {
    return act();
  } finally {
    for (const [name, call] of own) fs[name] = call;
  }
}

/** The functions that run meanwhile, as the engine counts them. Asked of the own thread, it answers at once. */
function counted() {
  const { Session } = require("node:inspector");
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  return (file) => {
    session.post("Profiler.takePreciseCoverage", (_, { result }) => {
      const { functions } = result.find(({ url }) => url.endsWith(file));
      waking.run = bytesOf(functions.map(({ ranges }) => ranges[0]));
    });
    session.disconnect();
  };
}

/** How many bytes are in functions that ran, without those in them that did not. */
function bytesOf(ranges) {
  const outside = ranges.sort((one, other) => one.startOffset - other.startOffset || other.endOffset - one.endOffset);
  const around = [];
  let bytes = 0;
  for (const { startOffset, endOffset, count } of outside) {
    while (around.length > 0 && around.at(-1).endOffset <= startOffset) around.pop();
    const ran = around.at(-1)?.ran ?? false;
    if (ran !== count > 0) bytes += (count > 0 ? 1 : -1) * (endOffset - startOffset);
    around.push({ endOffset, ran: count > 0 });
  }
  return bytes;
}

const compile = Module._extensions[".js"];
Module._extensions[".js"] = function (module, file) {
  if (!file.includes("nhd.nhd-")) return compile.call(this, module, file);
  const take = counting ? counted() : undefined;
  waking.bytes = fs.statSync(file).size;
  waking.load = timed(() => compile.call(this, module, file));
  const { activate, ...others } = module.exports;
  module.exports = {
    ...others,
    activate(context) {
      let answer;
      waking.activate = timed(() => (answer = reading(() => activate(context))));
      take?.(file);
      return answer;
    },
  };
};
