import { BlockOutlined } from "@ant-design/icons";
import { Alert, Badge, Button, Checkbox, Popover } from "antd";
import { useTranslation } from "react-i18next";
import { hiddenOf, LAYERS, showLayers, useLayers, usualLayers, type Layer } from "../state/layers";
import { useTiles } from "./tiles";

/** Which layers the map shows; a dot says that something usual is hidden. */
export function LayerSwitch() {
  const { t } = useTranslation();
  const { shown, choosing } = useLayers();
  const { tiles, failing } = useTiles();
  const offered: Layer[] = tiles === null ? [...LAYERS] : ["tiles", ...LAYERS];
  const hidden = hiddenOf(shown);
  const list = (
    <div className="layers" data-testid="layers">
      <Checkbox.Group
        value={offered.filter((each) => shown[each])}
        onChange={(layers) => showLayers(layers as Layer[], offered)}
        options={offered.map((each) => ({ value: each, label: t(`layers.${each}`) }))}
      />
      {tiles !== null && failing && <Alert type="warning" message={t("layers.failing")} />}
      <Button size="small" onClick={usualLayers} data-testid="layers-usual">
        {t("layers.usual")}
      </Button>
    </div>
  );
  return (
    <Popover
      open={choosing}
      onOpenChange={(open) => useLayers.setState({ choosing: open })}
      trigger="click"
      placement="rightTop"
      title={t("layers.title")}
      content={list}
    >
      <Badge dot={hidden > 0} offset={[-4, 4]}>
        <Button
          icon={<BlockOutlined />}
          title={`${t("layers.title")} (V)${hidden > 0 ? ` · ${t("layers.hidden", { n: hidden })}` : ""}`}
          aria-label={t("layers.title")}
          aria-expanded={choosing}
          data-testid="layers-button"
        />
      </Badge>
    </Popover>
  );
}
