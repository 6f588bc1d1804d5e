import { describe, expect, it } from "vitest";
import { behindText } from "../src/format";
import { axisEnd_s, whyRows } from "../src/state/why";
import { decision, explanation, offer } from "./pictures";

const at = (dock: string, eta_s: number | null, feasible = true) => offer({ dock, eta_s, feasible });
const docks = (...given: Parameters<typeof whyRows>) => whyRows(...given).map(({ offer }) => offer.dock);

describe("the docks of an explanation", () => {
  const made = explanation(
    decision(at("D02", 200), at("D07", 260), at("D19", 150, false), at("D09", 230, false), at("D21", null, false)),
  );

  it("stand by their time, a nearer one that was ruled out before the one chosen", () => {
    expect(docks(made, 25)).toEqual(["D19", "D02", "D09", "D07", "D21"]);
  });

  it("are the soonest ones, and always the one chosen", () => {
    expect(docks(made, 3)).toEqual(["D19", "D02", "D09"]);
    expect(docks(made, 1)).toEqual(["D02"]);
  });

  it("carry what was known of each", () => {
    expect(whyRows(made, 1)[0]?.known).toMatchObject({ dock: "D02", behind_s: 0 });
    expect(whyRows(made, 25)[0]?.known).toMatchObject({ dock: "D19", behind_s: -50 });
  });
});

describe("the axis of time", () => {
  const end = (...etas: number[]) => {
    const made = explanation(decision(...etas.map((eta_s, number) => at(`D${number}`, eta_s))));
    return axisEnd_s(whyRows(made, 25), 300);
  };

  it("ends past the window, on a whole minute", () => {
    expect(end(120, 150)).toBe(360);
    expect(end(120, 421)).toBe(480);
  });

  it("is not drawn out by a dock far away", () => {
    expect(end(120, 2100)).toBe(600);
  });
});

it("a race of seconds is told in tenths", () => {
  expect([0.04, 0.4, -12.3, 59.94, 75, null].map(behindText)).toEqual(["0.0 s", "+0.4 s", "−12.3 s", "+59.9 s", "+1:15", "–"]);
});
