import { EyeOutlined } from "@ant-design/icons";
import { Alert, Button, Input, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { SortieView } from "../contract";
import { newKey } from "../key";
import { ask } from "../link";
import { orderRefusalText } from "../refusals";
import { selectIncident, useConsole } from "../state/store";
import { useVideo } from "../state/video";
import { nameOf } from "../words";

const sendId = { "data-testid": "send-finding" };

/** Makes an incident of what a drone sees: where its camera looks, else under it. */
export function Finding({ sortie, live }: { sortie: SortieView; live: boolean }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" icon={<EyeOutlined />} disabled={!live} onClick={() => setOpen(true)} title={t("patrols.findingHint")} data-testid="finding">
        {t("patrols.finding")}
      </Button>
      {open && <Form sortie={sortie} onClose={() => setOpen(false)} />}
    </>
  );
}

function Form({ sortie, onClose }: { sortie: SortieView; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const [, go] = useLocation();
  const kinds = useConsole((state) => state.district?.kinds) ?? [];
  const [kind, setKind] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [key] = useState(newKey);
  // what was in the picture when the button was pressed
  const [centre] = useState(() => useVideo.getState().samples[sortie.drone]?.centre ?? null);
  const send = () => {
    if (kind === null) return;
    setBusy(true);
    ask("report_finding", { sortie: sortie.id, kind, note, ...(centre && { lon: centre[0], lat: centre[1] }) }, key)
      .then(({ id }) => {
        selectIncident(id);
        go("/");
      })
      .catch(setRefusal)
      .finally(() => setBusy(false));
  };
  return (
    <Modal open title={t("patrols.findingOf", { drone: sortie.drone })} width={440} onCancel={onClose} onOk={send} okText={t("patrols.findingSend")} cancelText={t("act.cancel")} okButtonProps={{ disabled: kind === null, loading: busy, ...sendId }}>
      <div className="finding-form">
        <Select
          autoFocus
          showSearch
          optionFilterProp="label"
          value={kind}
          onChange={setKind}
          placeholder={t("patrols.findingKind")}
          aria-label={t("patrols.findingKind")}
          options={kinds.map((each) => ({ value: each.id, label: nameOf(each.name, i18n.language) }))}
          data-testid="finding-kind"
        />
        <Input.TextArea value={note} onChange={(event) => setNote(event.target.value)} placeholder={t("patrols.findingNote")} aria-label={t("patrols.findingNote")} maxLength={2000} autoSize={{ minRows: 2, maxRows: 5 }} />
        <p className="faint">{t("patrols.findingMeans")}</p>
        {refusal !== null && <Alert type="error" showIcon message={orderRefusalText(refusal, t, i18n.language)} />}
      </div>
    </Modal>
  );
}
