import { FileTextOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";

const FORMS = ["html", "pdf"] as const;

/** The report of the day, to look at or to keep. */
export function PatrolReport() {
  const { t, i18n } = useTranslation();
  const items = FORMS.map((form) => ({
    key: form,
    label: (
      <a href={`/api/v1/patrols/report.${form}?language=${i18n.language}`} target="_blank" rel="noreferrer" data-testid={`patrol-report-${form}`}>
        {t(`patrols.report.${form}`)}
      </a>
    ),
  }));
  return (
    <Dropdown menu={{ items }} trigger={["click"]}>
      <Button icon={<FileTextOutlined />} data-testid="patrol-report">
        {t("patrols.report.title")}
      </Button>
    </Dropdown>
  );
}
