import { Alert, Button, Slider } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SortieView, VideoSample, VideoStream } from "../contract";
import { newKey } from "../key";
import { ask } from "../link";
import { orderRefusalText } from "../refusals";
import { useMay } from "../session";
import { isActive } from "../state/derived";
import { useConsole } from "../state/store";
import { useVideo } from "../state/video";

const TILT_DEG: [number, number] = [-90, 0];
const DOWN_DEG = -90;
const AHEAD_DEG = -30;

interface Props {
  stream: VideoStream;
  sample: VideoSample | undefined;
  sortie: SortieView | undefined;
}

interface Aim {
  pitch_deg?: number;
  heading_deg?: number;
  lon?: number;
  lat?: number;
  zoom?: number;
}

/** Turns the camera of a drone on a sortie. What a slider shows is where the camera looks, until it
 * is moved. */
export function CameraControls({ stream, sample, sortie }: Props) {
  const { t, i18n } = useTranslation();
  const may = useMay("act");
  const live = useConsole((state) => state.connected && state.controllerOnline);
  const incident = useConsole((state) => (sortie?.incident == null ? undefined : state.incidents[sortie.incident]));
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const out = sortie !== undefined && isActive(sortie) && sortie.lease === null;
  const able = may && live && out && !busy;
  useEffect(() => setRefusal(null), [stream.drone]);

  const point = async (aim: Aim) => {
    if (sortie === undefined) return;
    setBusy(true);
    setRefusal(null);
    try {
      const told = await ask("point_camera", { sortie: sortie.id, ...aim }, newKey());
      useVideo.setState((old) => ({ streams: { ...old.streams, [told.drone]: told } }));
    } catch (reason) {
      setRefusal(reason);
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="camera" role="group" aria-label={t("camera.title")}>
      <div className="camera-buttons">
        <Button size="small" disabled={!able} onClick={() => void point({ pitch_deg: DOWN_DEG })} data-testid="camera-down">
          {t("camera.down")}
        </Button>
        <Button size="small" disabled={!able} onClick={() => void point({ pitch_deg: AHEAD_DEG })} data-testid="camera-ahead">
          {t("camera.ahead")}
        </Button>
        <Button
          size="small"
          disabled={!able || incident === undefined}
          onClick={() => incident && void point({ lon: incident.lon, lat: incident.lat })}
          data-testid="camera-incident"
        >
          {t("camera.incident")}
        </Button>
      </div>
      <Dial
        label={t("camera.tilt")}
        range={stream.tilt_deg ?? TILT_DEG}
        step={1}
        unit="°"
        told={sample?.camera_pitch_deg}
        disabled={!able}
        onSet={(pitch_deg) => void point({ pitch_deg, ...kept(sample, stream) })}
      />
      {stream.pans && (
        <Dial
          label={t("camera.heading")}
          range={[0, 359]}
          step={1}
          unit="°"
          told={sample?.camera_heading_deg}
          disabled={!able}
          onSet={(heading_deg) => void point({ heading_deg })}
        />
      )}
      {stream.zoom_max > 1 && (
        <Dial
          label={t("camera.zoom")}
          range={[1, stream.zoom_max]}
          step={0.1}
          unit="×"
          told={sample?.zoom ?? undefined}
          disabled={!able}
          onSet={(zoom) => void point({ zoom })}
        />
      )}
      {refusal !== null && (
        <Alert
          type="error"
          showIcon
          closable
          onClose={() => setRefusal(null)}
          message={t("act.refused", { reason: orderRefusalText(refusal, t, i18n.language) })}
          data-testid="camera-refusal"
        />
      )}
    </div>
  );
}

/** Tilting leaves the camera looking the same way, where it can look another than the nose. */
function kept(sample: VideoSample | undefined, stream: VideoStream): Aim {
  return stream.pans && sample !== undefined ? { heading_deg: sample.camera_heading_deg % 360 } : {};
}

interface DialProps {
  label: string;
  range: [number, number];
  step: number;
  unit: string;
  told: number | undefined;
  disabled: boolean;
  onSet: (value: number) => void;
}

function Dial({ label, range: [min, max], step, unit, told, disabled, onSet }: DialProps) {
  const [moved, setMoved] = useState<number | null>(null);
  const shown = moved ?? (told === undefined ? min : Math.round(told / step) * step);
  return (
    <label className="camera-dial">
      <span>{label}</span>
      <Slider
        min={min}
        max={max}
        step={step}
        value={shown}
        disabled={disabled}
        tooltip={{ formatter: (value) => `${value}${unit}` }}
        ariaLabelForHandle={label}
        onChange={setMoved}
        onChangeComplete={(value) => {
          setMoved(null);
          onSet(value);
        }}
      />
    </label>
  );
}
