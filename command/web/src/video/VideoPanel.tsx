import { Alert, Descriptions, Tag } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { SortieView, VideoSample, VideoStream } from "../contract";
import { DASH, fixed, headingText, positionText, withUnit } from "../format";
import { pace } from "../palette";
import { clock, useConsole } from "../state/store";
import { isStale, latency_s, useVideo } from "../state/video";
import { useTimed } from "../useTime";
import { CameraControls } from "./CameraControls";
import { loadStreams } from "./link";
import { Picture } from "./Picture";

const REFRESH_MS = 10_000;
const SLOW_S = 1;

interface Props {
  drone: string;
  sortie: SortieView | undefined;
}

/** What a drone's camera sees: the picture's facts, where it looks, how old that is, and the buttons
 * to turn it. */
export function VideoPanel({ drone, sortie }: Props) {
  const { t } = useTranslation();
  const stream = useVideo((video) => video.streams[drone]);
  const sample = useVideo((video) => video.samples[drone]);
  const online = useConsole((state) => state.connected && state.controllerOnline);
  useEffect(() => {
    if (!online) return;
    const load = () => void loadStreams().catch(() => undefined); // the bar says that it is offline
    load();
    const timer = setInterval(load, REFRESH_MS);
    return () => clearInterval(timer);
  }, [online, drone]);
  if (stream === undefined || stream.state === "absent") return null;
  return (
    <section className="video" aria-label={t("video.title")} data-testid="video">
      <h3 className="video-title">
        {t("video.title")}
        <span className="bar-gap" />
        <Tag data-testid="video-state">{t(`video.state.${stream.state}`)}</Tag>
        <Latency drone={drone} sample={sample} />
      </h3>
      {stream.url !== null && stream.state !== "stopped" && <Picture drone={drone} />}
      {!stream.gimbal && <Alert type="info" message={t("video.noGimbal")} />}
      <Facts stream={stream} sample={sample} />
      {stream.gimbal && <CameraControls stream={stream} sample={sample} sortie={sortie} />}
    </section>
  );
}

/** From the moment shown to this screen, measured from each sample's own time stamp. */
function Latency({ drone, sample }: { drone: string; sample: VideoSample | undefined }) {
  const { t } = useTranslation();
  const measured = useVideo((video) => latency_s(video.latencies_s[drone]));
  const stale = useTimed((nowMs) => sample === undefined || isStale(sample, nowMs, clock.speedup));
  if (stale || measured === null) return <Tag data-testid="video-latency">{t("video.noSamples")}</Tag>;
  const colour = measured > SLOW_S ? pace.short : pace.met;
  return (
    <Tag
      style={{ color: colour, borderColor: colour, background: "transparent" }}
      title={t("video.latencyHint")}
      data-testid="video-latency"
      data-latency={measured}
    >
      <span className="num">{fixed(measured * 1000)} ms</span>
    </Tag>
  );
}

function Facts({ stream, sample }: { stream: VideoStream; sample: VideoSample | undefined }) {
  const { t } = useTranslation();
  const figure = (label: string, value: string, span = 1) => ({
    key: label,
    span,
    label: t(`video.${label}`),
    children: <span className="num">{value}</span>,
  });
  return (
    <Descriptions
      size="small"
      column={2}
      layout="vertical"
      colon={false}
      className="instruments"
      items={[
        figure("looks", sample ? `${headingText(sample.camera_heading_deg)}  ${fixed(sample.camera_pitch_deg)}°` : DASH),
        figure("view", sample ? `${fixed(sample.across_deg, 1)}° × ${fixed(sample.up_deg, 1)}°` : DASH),
        figure("zoom", sample?.zoom == null ? DASH : `${fixed(sample.zoom, 1)}×`),
        figure("distance", withUnit(sample?.slant_m, "m")),
        figure("centre", sample?.centre ? positionText(...sample.centre) : t("video.horizon"), 2),
        figure("picture", pictureText(stream), 2),
        figure("source", stream.url ?? t(`video.toldBy.${stream.told_by}`), 2),
      ]}
    />
  );
}

function pictureText({ width_px, height_px, fps, encoding, bitrate_bit_s }: VideoStream): string {
  if (width_px === null || height_px === null) return DASH;
  return [
    `${width_px}×${height_px}`,
    fps === null ? null : `${fixed(fps)} fps`,
    encoding?.toUpperCase(),
    bitrate_bit_s === null ? null : withUnit(bitrate_bit_s / 1e6, "Mbit/s", 1),
  ]
    .filter((part) => part != null)
    .join(" ");
}
