import { theme, type ThemeConfig } from "antd";
import { palettes, type Theme } from "./palette";

/** Ant Design, dense, on a dark or a light ground. */
function themed(name: Theme): ThemeConfig {
  const { ground, pace } = palettes[name];
  return {
    algorithm: name === "dark" ? theme.darkAlgorithm : theme.defaultAlgorithm,
    cssVar: { key: name },
    token: {
      colorPrimary: ground.accent,
      colorError: pace.past,
      colorWarning: pace.short,
      colorSuccess: pace.met,
      colorBgBase: ground.page,
      colorBgContainer: ground.panel,
      colorBgElevated: name === "dark" ? ground.raised : ground.panel,
      colorBorder: ground.edge,
      colorBorderSecondary: ground.line,
      colorText: ground.text,
      colorTextSecondary: ground.dim,
      colorTextTertiary: ground.faint,
      colorTextDescription: ground.dim,
      colorTextPlaceholder: ground.faint,
      colorLink: ground.accent,
      colorLinkHover: ground.accent, // the usual is too faint to be read
      colorLinkActive: ground.accent,
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
      Button: { primaryColor: name === "dark" ? ground.page : ground.panel, dangerColor: name === "dark" ? ground.page : ground.panel },
      Table: {
        cellPaddingBlockSM: 3,
        cellPaddingInlineSM: 6,
        headerBg: ground.panel,
        headerColor: ground.dim,
        rowSelectedBg: ground.picked,
        rowSelectedHoverBg: ground.picked,
      },
      Timeline: { itemPaddingBottom: 6, dotBg: ground.panel },
      Drawer: { paddingLG: 12, padding: 10 },
      Descriptions: { itemPaddingBottom: 2 },
    },
  };
}

export const themes: Record<Theme, ThemeConfig> = { dark: themed("dark"), light: themed("light") };
