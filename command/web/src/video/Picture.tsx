import { PlayCircleOutlined } from "@ant-design/icons";
import { Alert, Button, Tag } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { fixed } from "../format";
import { clock } from "../state/store";
import type { Player } from "./player";

/** The live picture, once it is asked for: it costs the drone's link, the server and this machine. */
export function Picture({ drone }: { drone: string }) {
  const { t } = useTranslation();
  const [looking, setLooking] = useState<string | null>(null);
  if (looking === drone) return <Live drone={drone} onEnd={() => setLooking(null)} />;
  return (
    <Button block icon={<PlayCircleOutlined />} onClick={() => setLooking(drone)} data-testid="picture-show">
      {t("picture.show")}
    </Button>
  );
}

const MEASURED_MS = 1000;

function Live({ drone, onEnd }: { drone: string; onEnd: () => void }) {
  const { t } = useTranslation();
  const screen = useRef<HTMLVideoElement>(null);
  const [delay_s, setDelay] = useState<number | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    let player: Player | null = null;
    let ended = false;
    void import("./player").then(({ play }) => {
      if (!ended && screen.current !== null) player = play(drone, screen.current, setFault);
    });
    const timer = setInterval(() => {
      const shown = player?.shownAt() ?? null;
      if (shown !== null) setDelay((clock.nowMs() - shown.getTime()) / 1000 / clock.speedup);
    }, MEASURED_MS);
    return () => {
      ended = true;
      clearInterval(timer);
      player?.stop();
    };
  }, [drone]);
  return (
    <div className="picture">
      <video ref={screen} muted playsInline autoPlay aria-label={t("picture.of", { drone })} data-testid="picture" />
      <div className="picture-foot">
        {delay_s !== null && (
          <Tag title={t("picture.delayHint")} data-testid="picture-delay" data-delay={delay_s}>
            {t("picture.delay")} <span className="num">{fixed(delay_s, 1)} s</span>
          </Tag>
        )}
        <span className="bar-gap" />
        <Button size="small" onClick={onEnd} data-testid="picture-hide">
          {t("picture.hide")}
        </Button>
      </div>
      {fault !== null && <Alert type="warning" showIcon message={fault || t("picture.none")} data-testid="picture-fault" />}
    </div>
  );
}
