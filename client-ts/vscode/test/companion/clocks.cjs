// Counts how often clocks go off that the product has set, whenever it set them. Read as `globalThis.nhdClocks`.
const { createHook } = require("node:async_hooks");

Error.stackTraceLimit = 50;
const own = new Map();
globalThis.nhdClocks = { set: 0, wentOff: 0 };
createHook({
  init(id, type) {
    if (type !== "Timeout" || !(new Error().stack ?? "").includes("nhd.nhd-")) return;
    own.set(id, true);
    globalThis.nhdClocks.set += 1;
  },
  before(id) {
    if (own.has(id)) globalThis.nhdClocks.wentOff += 1;
  },
  destroy(id) {
    own.delete(id);
  },
}).enable();
