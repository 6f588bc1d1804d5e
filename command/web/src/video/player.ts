/** Plays a drone's live picture: low-latency HLS by hls.js, loaded only when somebody looks. */
import Hls from "hls.js/light";

export interface Player {
  /** When what is on the screen came in from the drone; null while nothing is. */
  shownAt(): Date | null;
  stop(): void;
}

const AGAIN_AFTER_MS = 3000; // a drone's picture may begin anew
const BEHIND_AT_MOST_S = 4; // then it jumps to what is new

/** ``tell`` gets the server's sentence when there is no picture, and null once there is one. */
export function play(drone: string, screen: HTMLVideoElement, tell: (fault: string | null) => void): Player {
  const hls = new Hls({
    enableWorker: false,
    lowLatencyMode: true,
    liveMaxLatencyDuration: BEHIND_AT_MOST_S,
    liveSyncDuration: 0.8,
    maxLiveSyncPlaybackRate: 1.1,
    backBufferLength: 5,
  });
  const address = `/api/v1/drones/${encodeURIComponent(drone)}/video/live.m3u8`;
  let again: ReturnType<typeof setTimeout> | undefined;
  hls.on(Hls.Events.ERROR, (_, { fatal, type, networkDetails }) => {
    if (!fatal) return;
    tell(sentenceIn(networkDetails));
    if (type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    else again = setTimeout(() => hls.loadSource(address), AGAIN_AFTER_MS);
  });
  hls.on(Hls.Events.FRAG_BUFFERED, () => tell(null));
  hls.loadSource(address);
  hls.attachMedia(screen);
  return {
    shownAt: () => (screen.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? hls.playingDate : null),
    stop: () => {
      clearTimeout(again);
      hls.destroy();
    },
  };
}

/** Why the server has no picture, as its problem document says it. */
function sentenceIn(answer: unknown): string {
  if (!(answer instanceof XMLHttpRequest) || answer.responseType !== "") return "";
  try {
    return String((JSON.parse(answer.responseText) as { detail?: string }).detail ?? "");
  } catch {
    return "";
  }
}
