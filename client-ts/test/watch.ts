/** Prints every event that comes as a line of JSON, for a test of several clients at once. */
import { connect } from "@nhd/client";

const client = await connect({ client: "watch 1" });
for await (const event of client.events()) console.log(JSON.stringify(event));
