/** The controller's sentences about patrols, in the language chosen; a sentence that is not known
 * here stays as it was said. Pure but for the dictionaries. */
import type { TFunction } from "i18next";
import { listText, saidIn } from "./words";

const SENTENCES: readonly [RegExp, string, ...string[]][] = [
  [/^the coverage is still being worked out$/, "unknown"],
  [/^the 5-minute coverage is ([\d.]+) %, patrols leave ([\d.]+) %$/, "coverage", "now", "least"],
  [/^without its drone the 5-minute coverage would be ([\d.]+) %, patrols leave ([\d.]+) % and ([\d.]+) % to spare$/, "absence", "left", "least", "spare"],
  [/^the 5-minute coverage has fallen to ([\d.]+) %$/, "fallen", "now"],
  [/^its dock has told no weather$/, "noWeather"],
  [/^gusts of ([\d.]+) m\/s, patrols fly up to ([\d.]+) m\/s$/, "gusts", "now", "most"],
  [/^rain of ([\d.]+) mm\/h, patrols fly up to ([\d.]+) mm\/h$/, "rain", "now", "most"],
  [/^no patrol is out from (\S+ \S+) to (\S+ \S+): (.+)$/, "blackout", "begin", "end", "why"],
  [/^it is (\d+) min too early for (\S+)$/, "early", "minutes", "visit"],
  [/^(\S+) would be looked at outside its hours$/, "late", "visit"],
  [/^the flight would leave (\d+) Wh, the reserve is (\d+) Wh .+$/, "energy", "left", "reserve"],
  [/^nothing that could have flown it was free$/, "nobody"],
  [/^the patrol's hours are over$/, "over"],
  [/^its hours are over$/, "over"],
  [/^no drone is free for patrols$/, "noDrone"],
  [/^(\S+) has paused the patrols: (.+)$/, "paused", "by", "why"],
  [/^it takes (\d+) s, its hours last (\d+) s$/, "short", "takes", "lasts"],
  [/^it lies in (.+), (\d+) m from where a drone may be; its stand_off_m is (\d+)$/, "inside", "volume", "away", "allowed"],
  [/^recalled by the officer$/, "recalled"],
  [/^paused by the officer$/, "pausedByOfficer"],
  [/^battery at (\d+) %, launch needs (\d+) %$/, "battery", "now", "least"],
  [/^\S+ is on sortie \S+ \((\w+)\)$/, "onSortie", "state"],
  [/^\S+ is not on its pad$/, "notOnPad"],
];

export function patrolReason(said: string | null, t: TFunction, language: string): string {
  if (said === null) return "";
  return listText(said.split("; ").map((part) => sentence(part, t, language)), language);
}

function sentence(said: string, t: TFunction, language: string): string {
  for (const [pattern, key, ...names] of SENTENCES) {
    const found = pattern.exec(said);
    if (found === null) continue;
    const figures = Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? ""]));
    if (figures.state) figures.state = t(`sortie.state.${figures.state}`);
    if (figures.why) figures.why = sentence(figures.why, t, language);
    return t(`patrols.said.${key}`, figures);
  }
  return saidIn(said, language);
}
