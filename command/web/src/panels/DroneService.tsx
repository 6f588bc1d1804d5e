import { Alert, Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DroneTelemetry } from "../contract";
import { newKey } from "../key";
import { ask } from "../link";
import { useMay } from "../session";
import { useConsole } from "../state/store";
import { refusalText } from "../words";

const OUT = "out of service; ";

/** Taking a drone out of service, which needs a reason, and putting it back. */
export function DroneService({ drone }: { drone: DroneTelemetry }) {
  const { t } = useTranslation();
  const may = useMay("act");
  const live = useConsole((state) => state.connected && state.controllerOnline) && may;
  const [reason, setReason] = useState<string | null>(null); // null: not being taken out
  const [key, setKey] = useState(newKey);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const out = drone.not_ready?.startsWith(OUT) ?? false;
  const act = (sent: Promise<unknown>) => {
    setBusy(true);
    setRefusal(null);
    sent
      .then(() => setReason(null))
      .catch((refused: unknown) => setRefusal(t("act.refused", { reason: refusalText(refused, t) })))
      .finally(() => {
        setKey(newKey());
        setBusy(false);
      });
  };
  const takeOut = () => act(ask("take_out", { drone: drone.drone, reason: reason ?? "" }, key));
  return (
    <form
      className="drone-service"
      aria-label={t("service.title")}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason?.trim()) takeOut();
      }}
    >
      {reason !== null && !out && (
        <>
          <Input
            size="small"
            autoFocus
            maxLength={500}
            value={reason}
            placeholder={t("service.why")}
            aria-label={t("service.why")}
            onChange={(event) => setReason(event.target.value)}
            data-testid="service-reason"
          />
          <Button size="small" onClick={() => setReason(null)}>
            {t("service.cancel")}
          </Button>
          <Button size="small" type="primary" danger htmlType="submit" loading={busy} disabled={!live || !reason.trim()} data-testid="take-out-send">
            {t("service.takeOut")}
          </Button>
        </>
      )}
      {reason === null && !out && (
        <Button size="small" disabled={!live} title={t("service.hint")} onClick={() => setReason("")} data-testid="take-out">
          {t("service.takeOut")}…
        </Button>
      )}
      {out && (
        <Button size="small" loading={busy} disabled={!live} onClick={() => act(ask("put_back", { drone: drone.drone }, key))} data-testid="put-back">
          {t("service.putBack")}
        </Button>
      )}
      {refusal !== null && <Alert type="error" showIcon message={refusal} />}
    </form>
  );
}
