// Prints as one line of JSON what 2000 `session.status` cost from Node.js, and how long events take from the daemon's clock
// to a consumer, in whole milliseconds; run by `./test.sh --bench`.
import { Stage } from "../build/stage.js";

const CALLS = 2000;

function percentile(samples, percent) {
  const sorted = [...samples].sort((a, b) => a - b);
  return Number(sorted[Math.ceil((sorted.length * percent) / 100) - 1].toFixed(3));
}

function spread(samples) {
  return { p50: percentile(samples, 50), p95: percentile(samples, 95), count: samples.length };
}

const stage = await Stage.set();
try {
  const { client } = stage;
  const delays = [];
  const events = client.events();
  await events.next();
  const following = (async () => {
    for await (const event of events) delays.push(Math.max(0, Date.now() - Date.parse(event.at)));
  })();
  const { session } = await stage.start();
  await events.return();
  await following;

  const calls = [];
  for (let call = 0; call < CALLS; call += 1) {
    const began = performance.now();
    await client.session.status({ session });
    calls.push(performance.now() - began);
  }
  await client.session.end({ session });
  await client.session.wait({ session, until: "ended", timeoutMs: 60_000 });
  console.log(JSON.stringify({ statusMs: spread(calls), eventMs: spread(delays) }));
} finally {
  await stage.close();
}
