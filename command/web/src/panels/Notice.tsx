import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import { timeText } from "../format";
import { useConsole } from "../state/store";

/** Says over the map when the picture is not live. */
export function Notice() {
  const { t } = useTranslation();
  const connected = useConsole((state) => state.connected);
  const controller = useConsole((state) => state.controllerOnline);
  const district = useConsole((state) => state.district);
  const heardMs = useConsole((state) => (state.connected ? null : state.lastHeardMs));
  if (connected && controller) return null;
  let text = t("notice.controller");
  if (!connected) {
    const zone = district?.timezone ?? "Asia/Shanghai";
    text = heardMs === null ? t("notice.connecting") : t("notice.lost", { at: timeText(heardMs, zone) });
  }
  return <Alert className="notice" role="status" showIcon type={connected || heardMs ? "warning" : "info"} message={text} data-testid="notice" />;
}
