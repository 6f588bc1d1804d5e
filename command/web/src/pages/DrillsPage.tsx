import { Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import { useConsole } from "../state/store";

/** What can be exercised now, and what of drills this console does not have. */
export default function DrillsPage() {
  const { t } = useTranslation();
  const speedup = useConsole((state) => state.status?.speedup ?? 1);
  return (
    <main className="page" data-testid="drills-page">
      <section className="page-body" aria-label={t("drills.title")}>
        <div className="page-head">
          <h2>{t("drills.title")}</h2>
        </div>
        <Descriptions
          bordered
          size="small"
          column={1}
          className="drills"
          items={[
            { key: "now", label: t("drills.now"), children: speedup === 1 ? t("drills.realTime") : t("drills.speedup", { n: speedup }) },
            { key: "can", label: t("drills.can"), children: t("drills.canText") },
            { key: "not", label: t("drills.not"), children: t("drills.notText") },
          ]}
        />
      </section>
    </main>
  );
}
