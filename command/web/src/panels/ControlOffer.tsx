import { Alert, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SortieView } from "../contract";
import { takeControl } from "../orders";
import { selectDrone, useConsole } from "../state/store";
import { refusalText } from "../words";

/** A drone whose control is offered to who sits here, whatever screen is open. */
export function ControlOffer({ sortie }: { sortie: SortieView }) {
  const { t } = useTranslation();
  const live = useConsole((state) => state.connected && state.controllerOnline);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const accept = async () => {
    setBusy(true);
    try {
      await takeControl(sortie.id);
      selectDrone(sortie.drone);
    } catch (reason) {
      setRefusal(refusalText(reason, t));
      setBusy(false);
    }
  };
  return (
    <Alert
      type="warning"
      showIcon
      message={t("control.offered", { who: sortie.control?.holder, drone: sortie.drone })}
      description={refusal ?? undefined}
      action={
        <Button size="small" type="primary" disabled={!live} loading={busy} onClick={accept} data-testid="control-accept">
          {t("control.accept")}
        </Button>
      }
    />
  );
}
