import { AimOutlined, MinusOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Space } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { DistrictMap } from "./useMap";

/** Nearer, farther, all of the district; what else is given stands below. */
export function MapButtons({ map, whole, children }: DistrictMap & { children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Space.Compact direction="vertical" className="map-buttons">
      <Button icon={<PlusOutlined />} title={t("map.zoomIn")} aria-label={t("map.zoomIn")} onClick={() => map?.zoomIn()} />
      <Button icon={<MinusOutlined />} title={t("map.zoomOut")} aria-label={t("map.zoomOut")} onClick={() => map?.zoomOut()} />
      <Button icon={<AimOutlined />} title={t("map.whole")} aria-label={t("map.whole")} onClick={whole} />
      {children}
    </Space.Compact>
  );
}
