import { theme, type ThemeConfig } from "antd";
import { accent, ground, pace } from "./palette";

/** Ant Design, dark and dense. */
export const dark: ThemeConfig = {
  algorithm: theme.darkAlgorithm,
  cssVar: true,
  token: {
    colorPrimary: accent,
    colorError: pace.past,
    colorWarning: pace.short,
    colorSuccess: pace.met,
    colorBgBase: ground.page,
    colorBgContainer: ground.panel,
    colorBgElevated: ground.raised,
    colorBorder: "#33445a",
    colorBorderSecondary: ground.line,
    colorText: ground.text,
    colorTextSecondary: ground.dim,
    colorTextTertiary: ground.faint,
    colorTextDescription: ground.dim,
    colorLink: accent,
    borderRadius: 4,
    fontSize: 13,
    fontSizeSM: 12,
    controlHeight: 30,
    controlHeightSM: 24,
    fontFamily:
      '"Inter", system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif',
    motionDurationMid: "0.1s",
    motionDurationSlow: "0.15s",
  },
  components: {
    Table: {
      cellPaddingBlockSM: 3,
      cellPaddingInlineSM: 6,
      headerBg: ground.panel,
      headerColor: ground.dim,
      rowSelectedBg: "#1d3146",
      rowSelectedHoverBg: "#213850",
    },
    Timeline: { itemPaddingBottom: 6, dotBg: ground.panel },
    Drawer: { paddingLG: 12, padding: 10 },
    Descriptions: { itemPaddingBottom: 2 },
  },
};
