import i18next from "i18next";
import { describe, expect, it } from "vitest";
import { en } from "../src/i18n/en";
import { zh } from "../src/i18n/zh";
import { Refused } from "../src/refused";
import type { ClaimView, TurnView } from "../src/contract";
import { claimText, reasonText, refusalText, saidIn, tell, togetherText, turnText, unansweredText, vantageText, waysDownText } from "../src/words";
import { decision, event, explanation, offer } from "./pictures";

await i18next.init({
  lng: "zh",
  resources: { zh: { translation: zh }, en: { translation: en } },
  interpolation: { escapeValue: false },
  showSupportNotice: false,
});

const reason = (veto: string, text: string, value: number | null = null, limit: number | null = null) => ({
  zh: reasonText({ veto, text, value, limit }, i18next.getFixedT("zh"), "zh"),
  en: reasonText({ veto, text, value, limit }, i18next.getFixedT("en"), "en"),
});

describe("what became of a flight is told with its figures, and what is not known stays as it was said", () => {
  it.each([
    ["down as ordered, 2121 m from its pad", "已按令降落，距机位 2121 米"],
    ["it has landed at D07, for its dock could not take it", "原机场无法接收，已降落 D07"],
    ["21.5 Wh left; the way back with its reserve takes 20 Wh", "余电 21.5 Wh；返航连同保留电量需 20 Wh"],
    ["EKF3 IMU0 is using GPS", "EKF3 IMU0 is using GPS"],
  ])("%s", (said, chinese) => {
    expect(saidIn(said, "zh")).toBe(chinese);
    expect(saidIn(said, "en")).toBe(said);
  });
});

describe("a dock that is ruled out says why, with its figures, in both languages", () => {
  it.each([
    [reason("wind", "…", 13.24, 12), "阵风 13.2 m/s，上限 12.0 m/s", "Gusts 13.2 m/s, limit 12.0 m/s"],
    [reason("battery", "battery at 38 %, launch needs 60 %", 38, 60), "电量 38 %，起飞要求 60 %", "Battery 38 %, launch needs 60 %"],
    [reason("battery", "…", 21.6, 29.7), "返回后余电 22 Wh，不足保留的 30 Wh", "22 Wh left after return, reserve 30 Wh"],
    [reason("drone_away", "U15 is on sortie 01X (en_route)"), "无人机正在执行任务：飞往现场", "Drone is on a sortie: En route"],
    [reason("drone_away", "U15 is not on its pad"), "无人机不在机位", "Drone is not on its pad"],
    [reason("dock_offline", "the dock has left the network"), "机场未连接", "Dock not connected"],
    [reason("dock_fault", "the cover is stuck; the charger is broken"), "机场故障：舱盖卡滞；充电器故障", "Dock fault: cover stuck; charger broken"],
    [reason("drone_not_ready", "PreArm: Compass not healthy"), "无人机未就绪：PreArm: Compass not healthy", "Drone not ready: PreArm: Compass not healthy"],
    [reason("drone_away", "its sortie to this incident has failed"), "已为本事件出动但未成功", "Its sortie to this incident failed"],
    [reason("wind", "the dock measures no wind to plan with: nan m/s, 0 degrees", null, 60), "机场没有可用的测风数据", "The dock measures no wind to plan with"],
    [reason("no_path", "the place is inside N1; …", 41.7, 0), "现场在禁飞区内，最近的可飞点在 42 米外", "the place is inside N1; …"],
    [reason("something_new", "a reason from tomorrow"), "a reason from tomorrow", "a reason from tomorrow"],
  ])("%o", (said, chinese, english) => {
    expect(said.zh).toBe(chinese);
    expect(said.en).toBe(english);
  });
});

describe("what would have turned a choice is told in both languages", () => {
  const away = { veto: "drone_away", text: "U19 is on sortie 01X (en_route)", value: null, limit: null };
  const made = explanation(decision(offer({ dock: "D02" }), offer({ dock: "D19", feasible: false, reasons: [away] })));
  const said = (given: Partial<TurnView>) => {
    const turn: TurnView = { change: "wind", to: "D07", now: null, least: null, most: null, veto: null, ...given };
    return [turnText(turn, made, i18next.getFixedT("zh"), "zh"), turnText(turn, made, i18next.getFixedT("en"), "en")];
  };

  it.each<[Partial<TurnView>, string, string]>([
    [{ now: 8, most: 6 }, "平均风速不超过 6.0 m/s（当时 8.0），选 D07", "D07 wins up to 6.0 m/s of mean wind (it was 8.0)"],
    [{ now: 8, least: 9.1, to: null }, "平均风速达到 9.1 m/s（当时 8.0），无机可派", "Nobody can be sent from 9.1 m/s of mean wind (it was 8.0)"],
    [{ change: "launch", now: 0, least: 69.4 }, "D02 起飞准备再慢 69.4 秒，选 D07", "D07 wins if the launch of D02 takes 69.4 s longer"],
    [{ change: "out" }, "没有 D02，选 D07", "D07 wins without D02"],
    [{ change: "charge", now: 46, least: 60 }, "若其电量达到 60.0 Wh（当时 46.0），选 D07", "D07 wins with 60.0 Wh in its battery (it held 46.0)"],
    [
      { change: "veto", to: "D19", veto: "drone_away" },
      "若非“无人机正在执行任务：飞往现场”，选 D19",
      "D19 wins but for one thing against it: Drone is on a sortie: En route",
    ],
    [{ change: "veto", to: "D19" }, "若不受任何限制，选 D19", "D19 wins if nothing stands against it"],
  ])("%o", (given, chinese, english) => {
    expect(said(given)).toEqual([chinese, english]);
  });
});

describe("a timeline's line", () => {
  const told = (kind: string, data: Record<string, unknown>) =>
    tell(event(1, { kind, data }), (id) => id, i18next.getFixedT("en"), "en");

  it("tells a step in words", () => {
    expect(told("SortieStepDone", { step: "cover_open", detail: "" })).toEqual({ text: "Cover open", detail: "", tone: "plain" });
  });

  it("gives the cause of what went wrong", () => {
    const line = told("SortieAdvanced", { trigger: "abort", state: "aborted", reason: "the cover is stuck" });
    expect(line).toEqual({ text: "Aborted before take-off", detail: "cover stuck", tone: "bad" });
  });

  it("tells how a flight is kept apart from others", () => {
    const kept_apart = { delay_s: 20, cruise_change_m: -15, scene_change_m: 0, drones: ["U07", "U09"] };
    const line = told("SortieRequested", { drone: "U02", dock: "D02", eta_s: 130, kept_apart });
    expect(line.detail).toBe("Kept apart from U07, U09: starts 20 s later, 15 m lower");
    expect(told("SortieRequested", { drone: "U02", dock: "D02", eta_s: 130, kept_apart: null }).detail).toBe("");
  });

  it("shows kinds of events it does not know by their name", () => {
    expect(told("SomethingNew", {}).text).toBe("SomethingNew");
  });
});

describe("a refusal", () => {
  const t = () => i18next.getFixedT("en");

  it("is the server's own sentence where it gave one", () => {
    expect(refusalText(new Refused("conflict", "D15 cannot go: it is away"), t())).toBe("D15 cannot go: it is away");
  });

  it("says that an unanswered order may have arrived", () => {
    expect(refusalText(new Refused("no_answer", ""), t())).toContain("may have arrived");
  });

  it("but not of a question, which can be asked again", () => {
    expect(unansweredText(new Refused("timeout", "the controller did not answer"), t())).toBe("No answer came in time. Try again.");
    expect(unansweredText(new Refused("conflict", "no such decision"), t())).toBe("no such decision");
  });
});

it("both dictionaries have the same keys and the same blanks", () => {
  const leaves = (value: object, path = ""): string[] =>
    Object.entries(value).flatMap(([key, each]) =>
      typeof each === "string" ? [`${path}${key} ${(each.match(/\{\{\w+\}\}/g) ?? []).sort().join()}`] : leaves(each as object, `${path}${key}.`),
    );
  expect(leaves(en)).toEqual(leaves(zh));
});

describe("two ways down are told with the places and what they leave", () => {
  const at = { at_s: 75, lon: 114.2, lat: 22.7, alt_amsl_m: 160, energy_wh: 90 };
  const ways = [
    { place: "D04", needs_wh: 2, margin_wh: 63.4 },
    { place: "R15", needs_wh: 80, margin_wh: -4.2 },
  ];
  const said = (holds: boolean, language: string) =>
    waysDownText({ holds, weakest: 0, moments: [{ ...at, ways }] }, i18next.getFixedT(language), language);

  it("whether they hold or not", () => {
    expect(said(true, "en")).toBe(
      "Two ways down at every second; at the tightest, 1:15 into the flight: D04 +63 Wh; R15 −4 Wh beyond the reserve.",
    );
    expect(said(false, "en")).toContain("Not always two ways down: 1:15 into the flight D04 +63 Wh; R15 −4 Wh.");
    expect(said(true, "zh")).toContain("D04 +63 Wh；R15 −4 Wh");
  });
});

describe("a camera that was turned", () => {
  it("says where to, with no more than was said", () => {
    const turned = (data: Record<string, unknown>) =>
      tell(event(1, { kind: "CameraPointed", data }), (id) => id, i18next.getFixedT("zh"), "zh").text;
    expect(turned({ pitch_deg: -90, heading_deg: null, zoom: null })).toBe("转动相机：−90°");
    expect(turned({ pitch_deg: null, heading_deg: 54, zoom: 2 })).toBe("转动相机：054° 2.0×");
  });
});

describe("what the planner did beyond a ranking is told in both languages", () => {
  const both = (said: (t: ReturnType<typeof i18next.getFixedT>) => string) => [
    said(i18next.getFixedT("zh")),
    said(i18next.getFixedT("en")),
  ];

  it("a place that may not be flown over is seen from beside it, or nobody goes by rule", () => {
    const vantage = { lon: 114.25, lat: 22.71, off_m: 141.6, used: true };
    expect(both((t) => vantageText(vantage, t))).toEqual([
      "现场不可飞越：改从 142 米外的 114.25000, 22.71000 观察",
      "The place may not be flown over: it is seen from 114.25000, 22.71000, 142 m away",
    ]);
    expect(both((t) => vantageText({ ...vantage, used: false }, t))[1]).toContain("too far to go by rule");
  });

  it.each<[Partial<ClaimView>, string, string]>([
    [{}, "由 U07 前往，3:12 到场", "gets U07, there after 3:12"],
    [{ had: "U07" }, "仍由 U07 前往，3:12 到场", "keeps U07, there after 3:12"],
    [{ had: "U03" }, "由 U07 代替 U03 前往，3:12 到场", "gets U07 instead of U03, there after 3:12"],
    [{ had: "U03", gets: null, eta_s: null }, "暂无机可派", "gets nobody for now"],
  ])("who goes to each of the incidents decided together: %o", (given, chinese, english) => {
    const claim = { incident: "I1", level: 2, had: null, had_eta_s: null, gets: "U07", eta_s: 192, ...given };
    expect(both((t) => claimText(claim, t))).toEqual([chinese, english]);
  });

  it("why it was assigned so, and that each in its turn would have come to the same", () => {
    const told = (first_come_s: number) => togetherText({ claims: [], weighted_s: 1234, first_come_s }, i18next.getFixedT("en"));
    expect(told(2345.2)).toContain("sum up to 1234: the least there is. Each served in its turn: 2345.");
    expect(told(1234.3)).toContain("as had each been served in its turn");
  });
});
