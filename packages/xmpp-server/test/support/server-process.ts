// A server with a data folder in a process of its own, which the test kills. It prints its TCP port.
import { createXmppServer, openStorage } from "../../src/index.ts";

const storage = await openStorage(process.argv[2] as string);
if (!storage.ok) throw new Error(storage.error.kind);
const server = createXmppServer({ domain: "localhost", storage: storage.value });
const listening = await server.listenTcp({ host: "127.0.0.1", port: 0 });
if (!listening.ok) throw new Error(listening.error.kind);
process.stdout.write(`${listening.value.port}\n`);
