import i18next from "i18next";
import { describe, expect, it } from "vitest";
import { en } from "../src/i18n/en";
import { zh } from "../src/i18n/zh";
import { orderRefusalText } from "../src/refusals";
import { Refused } from "../src/refused";
import { unread } from "../src/state/droneAlarms";
import { offeredTo, whyNot } from "../src/state/orders";
import { alarm, drone, REPORTED, sortie } from "./pictures";

await i18next.init({
  lng: "zh",
  resources: { zh: { translation: zh }, en: { translation: en } },
  interpolation: { escapeValue: false },
  showSupportNotice: false,
});

const flying = drone({ armed: true, mode: "AUTO" });
const lease = { holder: "U01-1", label: "QGC", by: "chen", since: "2026-03-01T00:00:00Z", until: "2026-03-01T00:10:00Z" };
const lent = sortie({ state: "lent", lease });

describe("an order to a drone", () => {
  it("may be given while the sortie can take it", () => {
    expect(whyNot("hold", sortie(), flying)).toBeNull();
    expect(whyNot("resume", sortie(), flying)).toBe("state");
    expect(whyNot("resume", sortie({ state: "held", held_from: "en_route" }), flying)).toBeNull();
    expect(whyNot("land_now", sortie({ state: "landing" }), flying)).toBe("state");
    expect(whyNot("goto", undefined, flying)).toBe("noSortie");
  });

  it("needs a drone that is heard and that nobody else commands", () => {
    expect(whyNot("hold", sortie(), drone({ connected: false }))).toBe("silent");
    expect(whyNot("orbit", lent, flying)).toBe("lent");
  });

  it("to return is kept until the drone hears it", () => {
    expect(whyNot("recall", sortie(), drone({ connected: false }))).toBeNull();
    expect(whyNot("recall", sortie({ state: "returning" }), flying)).toBe("state");
  });

  it("does not fight an autopilot on its way home, but may bring it down", () => {
    const homeward = drone({ armed: true, mode: "RTL" });
    expect(whyNot("hold", sortie({ state: "returning" }), homeward)).toBe("autopilot");
    expect(whyNot("land_now", sortie({ state: "returning" }), homeward)).toBeNull();
    const landing = drone({ armed: true, mode: "LAND" });
    expect(whyNot("hold", sortie({ state: "landing_out" }), landing)).toBeNull();
  });

  it("that stops a drone, calls it home or brings it down goes over a lease", () => {
    const landing = drone({ armed: true, mode: "LAND" });
    for (const kind of ["hold", "recall", "land_now"] as const) expect(whyNot(kind, lent, landing)).toBeNull();
    expect(whyNot("land_now", lent, drone())).toBe("lent"); // on its pad
    expect(whyNot("resume", sortie({ state: "held", held_from: "lent" }), flying)).toBe("wasLent");
  });

  it("to resume a landing that was held must say which", () => {
    const held = sortie({ state: "held", held_from: "landing_out" });
    expect(whyNot("resume", held, flying)).toBe("wasLanding");
  });
});

describe("a refusal of the controller", () => {
  const said = (text: string, language: string) =>
    orderRefusalText(new Refused("conflict", text), i18next.getFixedT(language), language);

  it("is put into Chinese with its figures", () => {
    expect(said("U07 is landing out; it cannot be resumed now", "zh")).toBe("U07 当前就地降落，不能执行");
    const far = "U01 cannot go there: it would come home with 12 Wh, the reserve is 40 Wh (90 Wh in the battery, 38 Wh there, 40 Wh home)";
    expect(said(far, "zh")).toBe("电量不足：返回后余 12 Wh，须保留 40 Wh");
    expect(said("gcs-2 holds the lease of U01; take it back first", "zh")).toBe("U01 的控制权在 gcs-2，须先收回");
  });

  it("to lend a drone is put into Chinese too", () => {
    expect(said("U07 cannot be lent: QGC (U07-1) holds the lease for another 60 s; take it back first", "zh")).toBe("U07 的控制权在 QGC (U07-1)，须先收回");
    expect(said("no ground station is connected to U07 at tcp:127.0.0.1:5807", "zh")).toBe("没有地面站连接 U07（tcp:127.0.0.1:5807）");
  });

  it("stays as it was said in English, and where it is not known", () => {
    expect(said("U07 is landing; it cannot be held now", "en")).toBe("U07 is landing; it cannot be held now");
    expect(said("something new", "zh")).toBe("something new");
  });
});

describe("what an autopilot said", () => {
  it("is unread until anybody has acknowledged it, the newest first", () => {
    const alarms = { A1: alarm(), A2: alarm({ id: "A2", drone: "U02" }), A3: alarm({ id: "A3" }), A4: alarm({ id: "A4", acknowledged_by: "li" }) };
    expect(unread(alarms, "U01").map(({ id }) => id)).toEqual(["A3", "A1"]);
    expect(unread(alarms)).toHaveLength(3);
  });
});

describe("the control of a drone", () => {
  const control = { holder: "li", since: REPORTED, offered_to: null };

  it("leaves others only to call it home", () => {
    const held = sortie({ state: "on_scene", control });
    expect(whyNot("goto", held, drone(), "wang")).toBe("control");
    expect(whyNot("recall", held, drone(), "wang")).toBeNull();
    expect(whyNot("goto", held, drone(), "li")).toBeNull();
    expect(whyNot("goto", sortie({ state: "on_scene" }), drone(), "wang")).toBeNull();
  });

  it("is offered to one of them", () => {
    const sorties = { S1: sortie({ control: { ...control, offered_to: "wang" } }) };
    expect(offeredTo(sorties, "wang")).toHaveLength(1);
    expect(offeredTo(sorties, "li")).toEqual([]);
    expect(offeredTo({ S1: sortie() }, undefined)).toEqual([]);
  });
});
