import { Alert, Button, Input, InputNumber, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { LeaseView, OfferedDrone } from "../contract";
import { timeText } from "../format";
import { newKey } from "../key";
import { grantLease, offerOf, takeBackLease } from "../orders";
import { orderRefusalText } from "../refusals";
import { useConsole } from "../state/store";

const MINUTES = { min: 1, max: 240, usual: 10 } as const;

interface Props {
  drone: string;
  lease: LeaseView | null;
  live: boolean;
}

/** To whom the drone is lent, and lending it or taking it back. */
export function LeaseOf({ drone, lease, live }: Props) {
  const { t, i18n } = useTranslation();
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const [offer, setOffer] = useState<OfferedDrone | null | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const doing = async (act: () => Promise<unknown>) => {
    setBusy(true);
    setRefusal(null);
    try {
      await act();
    } catch (reason) {
      setRefusal(reason);
    }
    setBusy(false);
  };
  const look = () => doing(async () => setOffer(await offerOf(drone)));
  const grant = (to: string, label: string, minutes: number, key: string) =>
    doing(async () => {
      await grantLease(drone, to, label, minutes, key);
      setOffer(undefined);
    });
  return (
    <div className="lease" data-testid="lease">
      {lease !== null ? (
        <div className="lease-row">
          <span data-testid="lease-holder">
            {t("lease.held", { holder: lease.label || lease.holder, until: timeText(Date.parse(lease.until), zone) })}
          </span>
          <Button size="small" disabled={!live} loading={busy} title={t("lease.takeBackHint")} onClick={() => doing(() => takeBackLease(drone))} data-testid="lease-take-back">
            {t("lease.takeBack")}
          </Button>
        </div>
      ) : (
        offer === undefined && (
          <Button size="small" type="link" disabled={!live} loading={busy} onClick={look} data-testid="lease-lend">
            {t("lease.lend")}
          </Button>
        )
      )}
      {lease === null && offer !== undefined && (
        <Granting offer={offer} busy={busy} live={live} grant={grant} look={look} close={() => setOffer(undefined)} />
      )}
      {refusal !== null && (
        <Alert
          type="error"
          showIcon
          closable
          onClose={() => setRefusal(null)}
          message={t("act.refused", { reason: orderRefusalText(refusal, t, i18n.language) })}
          data-testid="lease-refusal"
        />
      )}
    </div>
  );
}

interface GrantingProps {
  offer: OfferedDrone | null;
  busy: boolean;
  live: boolean;
  grant: (to: string, label: string, minutes: number, key: string) => void;
  look: () => void;
  close: () => void;
}

/** Which of the ground stations that are connected gets it, and for how long. */
function Granting({ offer, busy, live, grant, look, close }: GrantingProps) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string | null>(null);
  const [label, setLabel] = useState("");
  const [minutes, setMinutes] = useState<number>(MINUTES.usual);
  const [key] = useState(newKey);
  const guests = offer?.guests ?? [];
  const to = chosen ?? (guests.length === 1 ? (guests[0]?.name ?? null) : null);
  if (offer === null) return <p className="order-question">{t("lease.notOffered")}</p>;
  return (
    <form
      className="order-form"
      aria-label={t("lease.lend")}
      data-testid="lease-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (to !== null && live) grant(to, label, minutes, key);
      }}
    >
      <span className="order-question" data-testid="lease-address">
        {guests.length === 0 ? t("lease.connectFirst", { address: offer.address }) : t("lease.hint")}
      </span>
      {guests.length > 0 && (
        <>
          <label htmlFor="lease-to">{t("lease.to")}</label>
          <Select
            id="lease-to"
            size="small"
            value={to}
            onChange={setChosen}
            options={guests.map(({ name, remote }) => ({ value: name, label: `${name} · ${remote}` }))}
          />
          <label htmlFor="lease-label">{t("lease.label")}</label>
          <Input id="lease-label" size="small" maxLength={40} value={label} placeholder={t("lease.labelHint")} onChange={(event) => setLabel(event.target.value)} data-testid="lease-label" />
          <label htmlFor="lease-minutes">{t("lease.minutes")}</label>
          <InputNumber
            id="lease-minutes"
            size="small"
            min={MINUTES.min}
            max={MINUTES.max}
            precision={0}
            value={minutes}
            onChange={(to) => setMinutes(to ?? MINUTES.usual)}
            data-testid="lease-minutes"
          />
        </>
      )}
      <Button size="small" onClick={close}>
        {t("act.cancel")}
      </Button>
      {guests.length === 0 ? (
        <Button size="small" loading={busy} onClick={look}>
          {t("lease.lookAgain")}
        </Button>
      ) : (
        <Button size="small" type="primary" htmlType="submit" disabled={to === null || !live} loading={busy} data-testid="lease-grant">
          {t("lease.grant")}
        </Button>
      )}
    </form>
  );
}
