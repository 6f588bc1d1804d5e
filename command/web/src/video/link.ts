/** The link to the drones' cameras: watches what is looked at, over the same connection as `/ops`. */
import { io, type Socket } from "socket.io-client";
import type { VideoSample } from "../contract";
import { ask } from "../link";
import { clock, useConsole } from "../state/store";
import { applySample, keepOnly, useVideo, watchedRates } from "../state/video";

let socket: Socket | null = null;
let forget: (() => void) | null = null;
let watched = new Map<string, number>();

export function connectVideo(): void {
  if (socket?.active) return;
  disconnectVideo();
  socket = io("/video", { transports: ["websocket", "polling"], reconnectionDelayMax: 3000 });
  socket.on("connect", () => {
    watched = new Map(); // who comes back is known to nobody
    follow();
  });
  socket.on("sample", take);
  forget = useConsole.subscribe((now, before) => {
    if (now.drones !== before.drones || now.unit !== before.unit) follow();
  });
}

export function disconnectVideo(): void {
  forget?.();
  socket?.disconnect();
  socket = forget = null;
  watched = new Map();
  useVideo.setState({ samples: {}, latencies_s: {} });
}

/** The facts of all pictures, as they are now. */
export async function loadStreams(): Promise<void> {
  const { streams } = await ask("video_streams", {});
  useVideo.setState({ streams: Object.fromEntries(streams.map((each) => [each.drone, each])) });
}

/** Tells the server what is watched now, where that has changed. */
function follow(): void {
  if (!socket?.connected) return;
  const { drones, unit } = useConsole.getState();
  const wanted = watchedRates(Object.values(drones), unit?.drone ?? null);
  for (const [drone, rate_hz] of wanted) {
    if (watched.get(drone) !== rate_hz) socket.emit("watch", { drone, rate_hz });
  }
  const left = [...watched.keys()].filter((drone) => !wanted.has(drone));
  for (const drone of left) socket.emit("unwatch", { drone });
  watched = wanted;
  if (left.length > 0) useVideo.setState((old) => keepOnly(old, new Set(wanted.keys())));
}

function take(sample: VideoSample): void {
  clock.observe(sample.at);
  const latency = (clock.nowMs() - Date.parse(sample.at)) / 1000 / clock.speedup;
  useVideo.setState((old) => applySample(old, sample, latency));
}
