import { BgColorsOutlined, QuestionCircleOutlined, SoundOutlined, MutedOutlined } from "@ant-design/icons";
import { Popover } from "antd";
import { useTranslation } from "react-i18next";
import { switchSound, switchTheme, useHabits, useSound } from "../state/habits";
import { useConsole } from "../state/store";
import { FleetActs } from "./FleetActs";

/** Orders to the whole fleet, sound, theme and the list of keys. */
export function RailFoot() {
  const { t } = useTranslation();
  const muted = useSound((state) => state.muted);
  const theme = useHabits((habits) => habits.theme);
  const helping = useConsole((state) => state.helping);
  return (
    <>
      <span className="bar-gap" />
      <FleetActs />
      <button type="button" onClick={switchSound} aria-pressed={muted} className={muted ? "rail-muted" : ""} title={`${t("habits.soundHint")} (M)`} data-testid="sound-switch">
        {muted ? <MutedOutlined /> : <SoundOutlined />}
        <span>{t(muted ? "habits.muted" : "habits.sound")}</span>
      </button>
      <button type="button" onClick={switchTheme} title={`${t("habits.themeHint")} (T)`} data-testid="theme-switch">
        <BgColorsOutlined />
        <span>{t(`habits.theme.${theme}`)}</span>
      </button>
      <Popover open={helping} onOpenChange={(open) => useConsole.setState({ helping: open })} trigger="click" placement="rightBottom" title={t("keys.title")} content={<Keys />}>
        <button type="button" title={`${t("keys.title")} (?)`} data-testid="keys-help" aria-expanded={helping}>
          <QuestionCircleOutlined />
          <span>{t("keys.title")}</span>
        </button>
      </Popover>
    </>
  );
}

const KEYS = [
  ["N", "report"],
  ["D", "dispatch"],
  ["R", "recall"],
  ["C", "close"],
  ["I  W", "response"],
  ["H  P", "hold"],
  ["G  O", "direct"],
  ["B  L", "down"],
  ["Enter", "confirm"],
  ["A", "alarm"],
  ["Y  X", "second"],
  ["Esc", "back"],
  ["J  K", "next"],
  ["1 – 9", "screens"],
  ["/", "search"],
  ["V", "layers"],
  ["M", "sound"],
  ["T", "theme"],
  ["?", "help"],
] as const;

function Keys() {
  const { t } = useTranslation();
  return (
    <dl className="keys" data-testid="keys">
      {KEYS.map(([key, word]) => (
        <div key={key}>
          <dt>
            {key.split("  ").map((each) => (
              <kbd key={each}>{each}</kbd>
            ))}
          </dt>
          <dd>{t(`keys.${word}`)}</dd>
        </div>
      ))}
    </dl>
  );
}
