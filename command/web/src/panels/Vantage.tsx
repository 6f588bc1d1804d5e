import { AimOutlined } from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import type { VantageView } from "../contract";
import { lookAt } from "../map/view";
import { vantageText } from "../words";

/** Where the drone goes that may not be over the incident itself. */
export function Vantage({ vantage }: { vantage: VantageView }) {
  const { t } = useTranslation();
  return (
    <p className="vantage" data-testid="vantage">
      {vantageText(vantage, t)}
      <Tooltip title={t("incident.locate")}>
        <Button
          type="text"
          size="small"
          icon={<AimOutlined />}
          aria-label={t("incident.locate")}
          onClick={() => lookAt(vantage.lon, vantage.lat)}
        />
      </Tooltip>
    </p>
  );
}
