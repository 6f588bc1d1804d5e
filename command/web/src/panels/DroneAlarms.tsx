import { Alert, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AlarmView } from "../contract";
import { timeText } from "../format";
import { acknowledge } from "../orders";
import { useMay } from "../session";
import { unread } from "../state/droneAlarms";
import { useConsole } from "../state/store";
import { refusalText } from "../words";

const SHOWN = 2;

/** What the drone's autopilot said that nobody has acknowledged, at any console. */
export function DroneAlarms({ drone }: { drone: string }) {
  const { t } = useTranslation();
  const alarms = unread(useConsole((state) => state.alarms), drone);
  if (alarms.length === 0) return null;
  return (
    <div className="drone-alarms" role="alert" data-testid="drone-alarms">
      {alarms.slice(0, SHOWN).map((alarm) => (
        <Unread key={alarm.id} alarm={alarm} />
      ))}
      {alarms.length > SHOWN && <span className="figure-bad">{t("alarm.more", { n: alarms.length - SHOWN })}</span>}
    </div>
  );
}

function Unread({ alarm }: { alarm: AlarmView }) {
  const { t } = useTranslation();
  const may = useMay("act");
  const live = useConsole((state) => state.connected && state.controllerOnline) && may;
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const read = () => {
    setBusy(true);
    acknowledge(alarm).catch((reason: unknown) => {
      setRefusal(t("act.refused", { reason: refusalText(reason, t) }));
      setBusy(false);
    });
  };
  return (
    <Alert
      type="error"
      showIcon
      message={
        <>
          <span className="num">{timeText(Date.parse(alarm.at), zone)}</span> {alarm.text}
        </>
      }
      description={refusal ?? undefined}
      action={
        <Button size="small" danger disabled={!live} loading={busy} onClick={read} data-testid="acknowledge">
          {t("alarm.acknowledge")}
        </Button>
      }
    />
  );
}
