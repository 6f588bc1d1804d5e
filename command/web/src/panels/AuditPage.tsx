import { Alert, Button, Modal, Table, Tag } from "antd";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { timeText } from "../format";
import { rest, type AuditEntry } from "../session";
import { useConsole } from "../state/store";
import { refusalText } from "../words";

const PAGE = 200;

/** Who did what, newest first, and whether the record is whole. */
export default function AuditPage({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const zone = useConsole((state) => state.district?.timezone ?? "Asia/Shanghai");
  const [entries, setEntries] = useState<AuditEntry[]>([]);
  const [fault, setFault] = useState<string | null | undefined>(undefined);
  const [refusal, setRefusal] = useState<string | null>(null);
  const load = useCallback(
    (before?: number) => {
      const older = before === undefined ? "&verify=true" : `&before=${before}`;
      rest<{ fault: string | null; entries: AuditEntry[] }>("GET", `/audit?limit=${PAGE}${older}`)
        .then((answer) => {
          if (before === undefined) setFault(answer.fault);
          setEntries((known) => [...known, ...answer.entries]);
        })
        .catch((reason: unknown) => setRefusal(refusalText(reason, t)));
    },
    [t],
  );
  useEffect(() => load(), [load]);
  const oldest = entries.at(-1)?.seq ?? 1;
  return (
    <Modal open title={t("audit.title")} width={1000} footer={null} onCancel={onClose} data-testid="audit-page">
      {refusal !== null && <Alert type="error" showIcon message={refusal} className="page-note" />}
      {fault !== undefined && (
        <Alert
          type={fault === null ? "success" : "error"}
          showIcon
          className="page-note"
          message={fault === null ? t("audit.whole") : t("audit.broken", { fault })}
        />
      )}
      <Table<AuditEntry>
        size="small"
        rowKey="seq"
        dataSource={entries}
        pagination={false}
        virtual
        scroll={{ x: 960, y: 460 }}
        columns={[
          { title: t("audit.at"), width: 140, render: (_, each) => <span className="num">{timeText(Date.parse(each.at), zone, true)}</span> },
          { title: t("audit.who"), dataIndex: "who", width: 100 },
          { title: t("audit.act"), width: 130, render: (_, each) => t(`audit.acts.${each.act}`, { defaultValue: each.act }) },
          {
            title: t("audit.outcome"),
            width: 80,
            render: (_, each) => <Tag color={each.outcome === "done" ? "green" : "red"}>{t(`audit.${each.outcome}`)}</Tag>,
          },
          { title: t("audit.subject"), dataIndex: "subject", width: 120, ellipsis: true },
          { title: t("audit.detail"), dataIndex: "detail", ellipsis: true },
          { title: t("audit.address"), dataIndex: "address", width: 110 },
        ]}
      />
      {oldest > 1 && (
        <Button size="small" className="page-note" onClick={() => load(oldest)}>
          {t("audit.older")}
        </Button>
      )}
    </Modal>
  );
}
