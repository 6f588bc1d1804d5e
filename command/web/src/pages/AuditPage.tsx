import { Alert, Button, Table, Tag } from "antd";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { timeText } from "../format";
import { rest, type AuditEntry } from "../session";
import { useConsole } from "../state/store";
import { useHeight } from "../useHeight";
import { refusalText } from "../words";

const PAGE = 200;
const HEAD_PX = 40; // of the table

/** Who did what, newest first, and whether the record is whole. */
export default function AuditPage() {
  const { t } = useTranslation();
  const [room, height_px] = useHeight();
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
    <main className="page" data-testid="audit-page">
      <section className="page-body page-fill" aria-label={t("audit.title")}>
        <div className="page-head">
          <h2>{t("audit.title")}</h2>
          <span className="bar-gap" />
          {fault === null && <Tag color="green">{t("audit.whole")}</Tag>}
        </div>
        {refusal !== null && <Alert type="error" showIcon message={refusal} className="page-note" />}
        {fault != null && <Alert type="error" showIcon className="page-note" message={t("audit.broken", { fault })} />}
        <div className="page-rows" ref={room}>
          <Table<AuditEntry>
            size="small"
            rowKey="seq"
            dataSource={entries}
            pagination={false}
            virtual
            scroll={{ x: 1080, y: Math.max(HEAD_PX, height_px - HEAD_PX) }}
            columns={[
              { title: t("audit.at"), width: 150, render: (_, each) => <span className="num">{timeText(Date.parse(each.at), zone, true)}</span> },
              { title: t("audit.who"), dataIndex: "who", width: 110 },
              { title: t("audit.act"), width: 130, render: (_, each) => t(`audit.acts.${each.act}`, { defaultValue: each.act }) },
              {
                title: t("audit.outcome"),
                width: 80,
                render: (_, each) => <Tag color={each.outcome === "done" ? "green" : "red"}>{t(`audit.${each.outcome}`)}</Tag>,
              },
              { title: t("audit.subject"), dataIndex: "subject", width: 230, ellipsis: true },
              { title: t("audit.detail"), dataIndex: "detail", width: 270, ellipsis: true },
              { title: t("audit.address"), dataIndex: "address", width: 110 },
            ]}
          />
        </div>
        <div className="page-foot">
          {oldest > 1 && (
            <Button size="small" onClick={() => load(oldest)}>
              {t("audit.older")}
            </Button>
          )}
        </div>
      </section>
    </main>
  );
}
