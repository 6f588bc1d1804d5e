// A console in a language of its own: does what it is told on standard input, a JSON object a line,
// and writes what it hears the same way. Run by test_socket_contract.py.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [, , packages, url] = process.argv;
const { io } = createRequire(packages)("socket.io-client");
const tell = (line) => process.stdout.write(JSON.stringify(line) + "\n");

let cookie = "";
let socket = null;
let place = {}; // in the stream of changes

const deeds = {
  /** Signs in as a browser does, with a session of its own. */
  async sign_in({ name, password }) {
    const answer = await fetch(`${url}/api/v1/session`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name, password }),
    });
    cookie = (answer.headers.get("set-cookie") ?? "").split(";")[0];
    return { status: answer.status };
  },

  connect({ namespace, transport }) {
    socket = io(url + namespace, {
      auth: (give) => give(place),
      extraHeaders: cookie ? { Cookie: cookie } : {},
      reconnection: false,
      transports: [transport],
    });
    socket.onAny((event, body) => tell({ event, body }));
    socket.on("disconnect", (reason) => tell({ event: "disconnected", body: reason }));
    return come();
  },

  /** As when a cable is pulled: nobody takes leave. */
  lose() {
    socket.io.engine.close();
    return {};
  },

  /** Connects again, from where it was or from a place that it is told. */
  come_back({ stream, after }) {
    place = { stream, after };
    const come_back = come();
    socket.connect();
    return come_back;
  },

  async emit({ event, body }) {
    return socket.timeout(20_000).emitWithAck(event, body);
  },
};

function come() {
  return new Promise((done) => {
    const settle = (answer) => {
      socket.off("connect", welcome).off("connect_error", refused);
      done(answer);
    };
    const welcome = () => settle({ connected: true });
    // over polling the server's own words are in what the request was answered with
    const refused = ({ message, context }) =>
      settle({ connected: false, reason: context?.responseText ?? message });
    socket.on("connect", welcome).on("connect_error", refused);
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const { deed, ...how } = JSON.parse(line);
  tell({ done: deed, answer: await deeds[deed](how) });
}
socket?.disconnect();
