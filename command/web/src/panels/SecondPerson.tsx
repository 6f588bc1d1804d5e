import { Alert, Button, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RequestView } from "../contract";
import { timeText } from "../format";
import { decide } from "../link";
import { useConsole } from "../state/store";
import { offeredTo } from "../state/orders";
import { refusalText } from "../words";
import { ControlOffer } from "./ControlOffer";

/** Acts that wait for a second person, and drones whose control is offered, over every screen, with
 * what the person here may do. */
export function SecondPerson() {
  const { t } = useTranslation();
  const requests = useConsole((state) => state.requests);
  const me = useConsole((state) => state.session?.person.name);
  const mayAct = useConsole((state) => state.session?.rights.includes("act") ?? false);
  const shown = requests.filter((each) => (each.state === "waiting" ? mayAct : each.asked_by === me));
  const sorties = useConsole((state) => state.sorties);
  const offers = offeredTo(sorties, me);
  if (shown.length + offers.length === 0) return null;
  return (
    <section className="second-person" role="status" aria-label={t("second.title")} data-testid="second-person">
      {offers.map((each) => (
        <ControlOffer key={each.id} sortie={each} />
      ))}
      {shown.map((each) => (
        <Asked key={each.id} request={each} own={each.asked_by === me} />
      ))}
    </section>
  );
}

function Asked({ request, own }: { request: RequestView; own: boolean }) {
  const { t } = useTranslation();
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const live = useConsole((state) => state.connected);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const doing = async (what: "confirm" | "decline") => {
    setBusy(true);
    try {
      await decide(what, request.id);
      setRefusal(null);
    } catch (reason) {
      setRefusal(refusalText(reason, t));
    }
    setBusy(false);
  };
  const { state, second, until } = request;
  const act = t(`audit.acts.${request.act}`, { defaultValue: request.act });
  const asked = { who: request.asked_by, act, subject: request.subject };
  const figures = { ...asked, second: second ?? "", until: timeText(Date.parse(until), zone) };
  const waits = state === "waiting";
  const text = waits ? t(own ? "second.own" : "second.asked", figures) : t(`second.${state}`, figures);
  return (
    <Alert
      type={waits ? "warning" : state === "done" ? "success" : "error"}
      showIcon
      message={text}
      description={refusal ?? request.reason ?? (request.detail || undefined)}
      action={
        waits && (
          <Space direction="vertical">
            {!own && (
              <Button size="small" type="primary" disabled={!live} loading={busy} onClick={() => doing("confirm")} data-testid="second-confirm">
                {t("second.confirm")}
              </Button>
            )}
            <Button size="small" disabled={!live} loading={busy} onClick={() => doing("decline")} data-testid="second-decline">
              {t(own ? "second.takeBack" : "second.decline")}
            </Button>
          </Space>
        )
      }
    />
  );
}
