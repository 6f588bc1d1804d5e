/** Figures as an officer reads them. Missing values are a dash, never a zero. */

export const DASH = "–";

/** Seconds as m:ss, rounded down as a running clock is; hours appear only when there are any. */
export function clockText(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  const ss = String(whole % 60).padStart(2, "0");
  const text = h > 0 ? `${h}:${String(m).padStart(2, "0")}:${ss}` : `${m}:${ss}`;
  return seconds < 0 && whole > 0 ? `−${text}` : text;
}

/** A planned duration as m:ss, rounded to the nearest second. */
export function durationText(seconds: number | null | undefined): string {
  return seconds == null ? DASH : clockText(Math.round(seconds));
}

/** A difference with its sign. */
export function marginText(seconds: number | null | undefined): string {
  if (seconds == null) return DASH;
  const whole = Math.round(seconds);
  return whole > 0 ? `+${clockText(whole)}` : clockText(whole);
}

/** By how much one is later than another: tenths while it is a matter of seconds. */
export function behindText(seconds: number | null | undefined): string {
  if (seconds == null) return DASH;
  if (Math.abs(seconds) >= 60) return marginText(seconds);
  const text = fixed(seconds, 1);
  return `${seconds > 0 && Number(text) !== 0 ? "+" : ""}${text} s`;
}

export function fixed(value: number | null | undefined, digits = 0): string {
  if (value == null || !Number.isFinite(value)) return DASH;
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

export function withUnit(value: number | null | undefined, unit: string, digits = 0): string {
  const text = fixed(value, digits);
  return text === DASH ? DASH : `${text} ${unit}`;
}

/** The battery's charge, rounded down: 99.9 % is not full. */
export function percentText(value: number | null | undefined): string {
  return value == null ? DASH : `${Math.floor(value)}%`;
}

/** A share of 0 to 1 in percent; rounded down, as 100 % must mean all of it. */
export function shareText(share: number | null | undefined): string {
  return share == null ? DASH : `${(Math.floor(share * 1000 + 1e-9) / 10).toFixed(1)}%`;
}

/** A probability in percent: never 100 % or 0 %, for neither is known. */
export function chanceText(chance: number | null | undefined): string {
  if (chance == null) return DASH;
  return chance > 0.99 ? ">99%" : chance < 0.01 ? "<1%" : `${Math.round(chance * 100)}%`;
}

export function headingText(degrees: number | null | undefined): string {
  if (degrees == null) return DASH;
  return `${String(Math.round(((degrees % 360) + 360) % 360) % 360).padStart(3, "0")}°`;
}

export function positionText(lon: number, lat: number): string {
  return `${lon.toFixed(5)}, ${lat.toFixed(5)}`;
}

const ROMAN = ["", "I", "II", "III", "IV"];

export function levelText(level: number): string {
  return ROMAN[level] ?? String(level);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Time of day in the district's own time zone. */
export function timeText(ms: number, timeZone: string, withDate = false): string {
  const key = `${timeZone}|${withDate}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("sv-SE", {
      timeZone,
      hourCycle: "h23",
      ...(withDate ? { year: "numeric", month: "2-digit", day: "2-digit" } : {}),
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(key, format);
  }
  return format.format(ms);
}

/** The first instant of a day of the calendar (YYYY-MM-DD) in a time zone, as ISO 8601. */
export function dayStart(day: string, timeZone: string): string {
  const noon = Date.parse(`${day}T12:00:00Z`);
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" }).formatToParts(noon);
  const offset = parts.find((part) => part.type === "timeZoneName")?.value.slice(3) || "+00:00";
  return `${day}T00:00:00${offset}`;
}
