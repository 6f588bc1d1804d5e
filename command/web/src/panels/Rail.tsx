import { AlertOutlined, CompassOutlined, InboxOutlined, ScheduleOutlined } from "@ant-design/icons";
import { Badge } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { isWaiting } from "../state/derived";
import { RailFoot } from "./RailFoot";
import { useConsole } from "../state/store";

export const SCREENS = [
  { path: "/", word: "situation", key: "1", icon: <CompassOutlined /> },
  { path: "/incidents", word: "incidents", key: "2", icon: <AlertOutlined /> },
  { path: "/docks", word: "docks", key: "3", icon: <InboxOutlined /> },
  { path: "/patrols", word: "patrols", key: "4", icon: <ScheduleOutlined /> },
] as const;

/** The way between the screens; says on every one of them how many incidents wait. */
export function Rail() {
  const { t } = useTranslation();
  const [at] = useLocation();
  const waiting = useConsole((state) => Object.values(state.incidents).filter(isWaiting).length);
  return (
    <nav className="rail" aria-label={t("nav.title")}>
      {SCREENS.map(({ path, word, key, icon }) => {
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
