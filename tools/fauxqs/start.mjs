// Starts the SQS server that tests use, on loopback and on a free port, and ends
// when its standard input does: with the test that started it.
import { buildApp } from "fauxqs";

const app = buildApp({ logger: false });
await app.listen({ host: "127.0.0.1", port: 0 });
console.log(app.server.address().port);
process.stdin.resume().on("end", () => process.exit(0));
