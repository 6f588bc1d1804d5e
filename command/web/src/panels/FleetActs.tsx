import { AlertOutlined } from "@ant-design/icons";
import { Alert, Dropdown, Modal } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FleetActView } from "../contract";
import { newKey } from "../key";
import { orderAll, type FleetAct } from "../orders";
import { useMay } from "../session";
import { useConsole } from "../state/store";
import { orderRefusalText, sentenceIn } from "../refusals";

const ACTS: FleetAct[] = ["recall_all", "land_all"];

const testId = { "data-testid": "fleet-confirm" };

/** Orders to all drones that are out, behind a confirmation that names them. */
export function FleetActs() {
  const { t } = useTranslation();
  const may = useMay("act");
  const live = useConsole((state) => state.connected && state.controllerOnline);
  const [act, setAct] = useState<FleetAct | null>(null);
  if (!may) return null;
  const items = ACTS.map((each) => ({
    key: each,
    danger: each === "land_all",
    label: <span data-testid={`fleet-${each}`}>{t(`fleetAct.${each}`)}</span>,
    onClick: () => setAct(each),
  }));
  return (
    <>
      <Dropdown menu={{ items }} trigger={["click"]} placement="topRight" disabled={!live}>
        <button type="button" title={t("fleetAct.hint")} disabled={!live} data-testid="fleet-acts" aria-haspopup="menu">
          <AlertOutlined />
          <span>{t("fleetAct.title")}</span>
        </button>
      </Dropdown>
      {act !== null && <Confirmation act={act} onClose={() => setAct(null)} />}
    </>
  );
}

/** Asks for the confirmation as it opens; without the second step nothing is done. */
function Confirmation({ act, onClose }: { act: FleetAct; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const [view, setView] = useState<FleetActView | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(true);
  const key = useRef(newKey()); // of the confirmed act: confirmed again it is not done twice
  const put = (confirmation?: string) => {
    setBusy(true);
    setRefusal(null);
    orderAll(act, confirmation === undefined ? newKey() : key.current, confirmation)
      .then(setView)
      .catch(setRefusal)
      .finally(() => setBusy(false));
  };
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => put(), []);
  useEffect(() => box.current?.focus(), [view, refusal]); // else the menu keeps it, and Esc closes nothing
  const asked = view !== null && !view.done;
  return (
    <Modal
      open
      title={t(`fleetAct.${act}`)}
      onCancel={onClose}
      okText={t(view === null || asked ? "act.confirm" : "fleetAct.close")}
      cancelText={t("act.cancel")}
      cancelButtonProps={{ hidden: view?.done === true }}
      okButtonProps={{ danger: asked, disabled: view === null, loading: busy, ...testId }}
      onOk={() => (asked ? put(view.confirmation ?? undefined) : onClose())}
      width={460}
    >
      <div ref={box} tabIndex={-1} className="fleet-act" data-testid="fleet-act" data-done={view?.done === true}>
        {view && <p>{t(view.done ? "fleetAct.told" : `fleetAct.question.${act}`, { n: view.drones.length })}</p>}
        {view && <p className="num">{view.drones.join("  ")}</p>}
        {asked && <p className="faint">{t("fleetAct.valid", { n: view.valid_s })}</p>}
        {Object.entries(view?.refused ?? {}).map(([drone, why]) => (
          <Alert key={drone} type="warning" showIcon message={`${drone}: ${i18n.language === "en" ? why : sentenceIn(why, t)}`} />
        ))}
        {refusal !== null && <Alert type="error" showIcon message={t("act.refused", { reason: orderRefusalText(refusal, t, i18n.language) })} data-testid="fleet-refusal" />}
      </div>
    </Modal>
  );
}
