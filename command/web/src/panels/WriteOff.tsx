import { Alert, Button, Popconfirm } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isUndecided } from "../acts";
import type { SortieView } from "../contract";
import { newKey } from "../key";
import { ask } from "../link";
import { Refused } from "../refused";
import { useMay } from "../session";
import { mayBeWrittenOff } from "../state/derived";
import { useConsole } from "../state/store";
import { refusalText } from "../words";

const yes = { "data-testid": "write-off-confirm", danger: true };

/** Ends the waiting for a drone that is lost or down away from its dock; nothing where there is none. */
export function WriteOff({ sortie }: { sortie: SortieView }) {
  const { t } = useTranslation();
  const may = useMay("act");
  const live = useConsole((state) => state.connected && state.controllerOnline) && may;
  const [refusal, setRefusal] = useState<string | null>(null);
  const key = useRef(newKey());
  if (!mayBeWrittenOff(sortie)) return null;
  const send = () =>
    ask("write_off", { sortie: sortie.id }, key.current)
      .then(() => setRefusal(null))
      .catch((reason: unknown) => {
        if (!(reason instanceof Refused) || !isUndecided(reason)) key.current = newKey();
        setRefusal(t("act.refused", { reason: refusalText(reason, t) }));
      });
  return (
    <div className="write-off">
      <Popconfirm
        title={t("act.writeOffQuestion", { drone: sortie.drone })}
        description={<span className="write-off-means">{t("act.writeOffMeans")}</span>}
        okText={t("act.confirm")}
        cancelText={t("act.cancel")}
        okButtonProps={yes}
        onConfirm={send}
        disabled={!live}
      >
        <Button size="small" danger disabled={!live} data-testid="write-off">
          {t("act.writeOff")}
        </Button>
      </Popconfirm>
      {refusal !== null && <Alert type="error" showIcon message={refusal} data-testid="write-off-refusal" />}
    </div>
  );
}
