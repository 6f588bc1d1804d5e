import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { timeText } from "../format";
import { acknowledge, unread, useDroneAlarms } from "../state/droneAlarms";
import { useConsole } from "../state/store";

const SHOWN = 2;

/** What the drone's autopilot said that nobody at this console has acknowledged. */
export function DroneAlarms({ drone }: { drone: string }) {
  const { t } = useTranslation();
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const alarms = unread(useDroneAlarms((state) => state.alarms), drone);
  if (alarms.length === 0) return null;
  return (
    <div className="drone-alarms" role="alert" data-testid="drone-alarms">
      {alarms.slice(0, SHOWN).map((alarm) => (
        <Alert
          key={`${alarm.at} ${alarm.text}`}
          type="error"
          showIcon
          message={
            <>
              <span className="num">{timeText(Date.parse(alarm.at), zone)}</span> {alarm.text}
            </>
          }
          action={
            <Button size="small" danger onClick={() => acknowledge(alarm)} data-testid="acknowledge">
              {t("alarm.acknowledge")}
            </Button>
          }
        />
      ))}
      {alarms.length > SHOWN && <span className="figure-bad">{t("alarm.more", { n: alarms.length - SHOWN })}</span>}
    </div>
  );
}
