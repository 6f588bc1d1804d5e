import {
  AlertOutlined,
  AuditOutlined,
  CompassOutlined,
  FileTextOutlined,
  HistoryOutlined,
  InboxOutlined,
  ScheduleOutlined,
  TeamOutlined,
  TrophyOutlined,
} from "@ant-design/icons";
import { Badge } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import type { Right } from "../session";
import { isWaiting } from "../state/derived";
import { RailFoot } from "./RailFoot";
import { useConsole } from "../state/store";

/** Each with the key that leads there, and the right without which it is not offered. */
export const SCREENS: readonly Screen[] = [
  { path: "/", word: "situation", key: "1", icon: <CompassOutlined /> },
  { path: "/incidents", word: "incidents", key: "2", icon: <AlertOutlined /> },
  { path: "/docks", word: "docks", key: "3", icon: <InboxOutlined /> },
  { path: "/patrols", word: "patrols", key: "4", icon: <ScheduleOutlined /> },
  { path: "/drills", word: "drills", key: "5", icon: <TrophyOutlined /> },
  { path: "/replay", word: "replay", key: "6", icon: <HistoryOutlined /> },
  { path: "/reports", word: "reports", key: "7", icon: <FileTextOutlined /> },
  { path: "/people", word: "people", key: "8", icon: <TeamOutlined />, right: "people" },
  { path: "/audit", word: "audit", key: "9", icon: <AuditOutlined />, right: "audit" },
];

interface Screen {
  path: string;
  word: string;
  key: string;
  icon: ReactNode;
  right?: Right;
}

/** Those for whoever has such rights. */
export function screensFor(rights: readonly Right[]): readonly Screen[] {
  return SCREENS.filter(({ right }) => right === undefined || rights.includes(right));
}

const NONE: readonly Right[] = [];

/** The way between the screens; says on every one of them how many incidents wait. */
export function Rail() {
  const { t } = useTranslation();
  const [at] = useLocation();
  const rights = useConsole((state) => state.session?.rights ?? NONE);
  const waiting = useConsole((state) => Object.values(state.incidents).filter(isWaiting).length);
  return (
    <nav className="rail" aria-label={t("nav.title")}>
      {screensFor(rights).map(({ path, word, key, icon }) => {
        const here = path === "/" ? at === "/" : at.startsWith(path);
        return (
          <Link key={path} href={path} className={here ? "rail-here" : ""} aria-current={here ? "page" : undefined} title={`${t(`nav.${word}`)} (${key})`} data-testid={`nav-${word}`}>
            <Badge count={path === "/" ? waiting : 0} size="small" offset={[6, 0]}>
              {icon}
            </Badge>
            <span>{t(`nav.${word}`)}</span>
          </Link>
        );
      })}
      <RailFoot />
    </nav>
  );
}
