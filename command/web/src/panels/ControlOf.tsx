import { Alert, Button, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SortieView } from "../contract";
import { timeText } from "../format";
import { giveUpControl, offerControl, takeControl } from "../orders";
import { orderRefusalText } from "../refusals";
import { useColleagues } from "../response";
import { isLeading } from "../session";
import { useConsole } from "../state/store";

/** Which officer directs the drone: taking it, handing it over, giving it up. */
export function ControlOf({ sortie, live }: { sortie: SortieView; live: boolean }) {
  const { t, i18n } = useTranslation();
  const person = useConsole((state) => state.session?.person);
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const [offering, setOffering] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const control = sortie.control;
  const own = control !== null && control.holder === person?.name;
  const offered = control !== null && control.offered_to === person?.name;
  const doing = async (act: () => Promise<unknown>) => {
    setBusy(true);
    setRefusal(null);
    try {
      await act();
      setOffering(false);
    } catch (reason) {
      setRefusal(reason);
    }
    setBusy(false);
  };
  const button = (word: string, act: () => Promise<unknown>) => (
    <Button size="small" disabled={!live} loading={busy} title={t(`control.hint.${word}`)} onClick={() => doing(act)} data-testid={`control-${word}`}>
      {t(`control.${word}`)}
    </Button>
  );
  const since = control && timeText(Date.parse(control.since), zone).slice(0, 5);
  return (
    <div className="lease" data-testid="control" data-holder={control?.holder}>
      <div className="lease-row">
        <span>
          {control === null ? t("control.nobody") : t(own ? "control.own" : "control.other", { who: control.holder, since })}
          {control?.offered_to && !offered && <span className="figure-short"> {t("control.offeredTo", { to: control.offered_to })}</span>}
        </span>
        <span className="lease-row">
          {control === null && button("take", () => takeControl(sortie.id))}
          {own && control.offered_to === null && !offering && (
            <Button size="small" disabled={!live} title={t("control.hint.offer")} onClick={() => setOffering(true)} data-testid="control-offer">
              {t("control.offer")}
            </Button>
          )}
          {own && control.offered_to !== null && button("withdraw", () => offerControl(sortie.id, null))}
          {own && !offering && button("giveUp", () => giveUpControl(sortie.id))}
          {offered && button("acceptHere", () => takeControl(sortie.id))}
          {control !== null && !own && !offered && isLeading(person) && button("takeOver", () => takeControl(sortie.id))}
        </span>
      </div>
      {own && offering && <Offering me={control.holder} busy={busy} close={() => setOffering(false)} offer={(to) => doing(() => offerControl(sortie.id, to))} />}
      {refusal !== null && (
        <Alert type="error" showIcon closable onClose={() => setRefusal(null)} message={t("act.refused", { reason: orderRefusalText(refusal, t, i18n.language) })} data-testid="control-refusal" />
      )}
    </div>
  );
}

interface OfferingProps {
  me: string;
  busy: boolean;
  offer: (to: string) => void;
  close: () => void;
}

function Offering({ me, busy, offer, close }: OfferingProps) {
  const { t } = useTranslation();
  const colleagues = useColleagues().filter((each) => each.name !== me);
  return (
    <div className="lease-row">
      <Select
        size="small"
        autoFocus
        defaultOpen
        showSearch
        disabled={busy}
        placeholder={t("control.to")}
        aria-label={t("control.to")}
        notFoundContent={t("control.alone")}
        options={colleagues.map(({ name, shown, role }) => ({ value: name, label: `${shown} · ${t(`role.${role}`)}` }))}
        onChange={offer}
        data-testid="control-to"
      />
      <Button size="small" onClick={close}>
        {t("act.cancel")}
      </Button>
    </div>
  );
}
