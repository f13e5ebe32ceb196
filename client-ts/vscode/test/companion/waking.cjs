// Sees the product being loaded and woken: how long that takes, what it loads and what it reads. Read as `globalThis.nhdWaking`.
//
// The editor's own figures hold, beside that, what other extensions took that were loaded in between.
const fs = require("node:fs");
const Module = require("node:module");

const waking = { bytes: 0, load: undefined, activate: undefined, modules: [], reads: [] };
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

const compile = Module._extensions[".js"];
Module._extensions[".js"] = function (module, file) {
  if (!file.includes("nhd.nhd-")) return compile.call(this, module, file);
  const before = new Set(process.moduleLoadList);
  waking.bytes = fs.statSync(file).size;
  waking.load = timed(() => compile.call(this, module, file));
  const { activate, ...others } = module.exports;
  module.exports = {
    ...others,
    activate(context) {
      let answer;
      waking.activate = timed(() => (answer = reading(() => activate(context))));
      waking.modules = process.moduleLoadList.filter((name) => !before.has(name) && name.startsWith("NativeModule "));
      return answer;
    },
  };
};
