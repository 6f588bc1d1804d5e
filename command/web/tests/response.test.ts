import { describe, expect, it } from "vitest";
import { MOST_BARS, reachedOf, responseOption } from "../src/charts/response";
import { palettes } from "../src/palette";
import { incident } from "./pictures";

const reached = (id: string, on_scene_s: number | null) => incident({ id, on_scene_s });

describe("the chart of response times", () => {
  it("has those that a drone reached, the oldest first, and the newest if there are many", () => {
    const shown = [reached("I3", 200), reached("I2", null), reached("I1", 310)];
    expect(reachedOf(shown).map(({ id }) => id)).toEqual(["I1", "I3"]);
    const many = Array.from({ length: MOST_BARS + 5 }, (_, n) => reached(`I${n}`, 100));
    expect(reachedOf(many).at(-1)?.id).toBe("I0");
    expect(reachedOf(many)).toHaveLength(MOST_BARS);
  });

  it("colours each bar by its own window, and draws the district's", () => {
    const option = responseOption([reached("I1", 310), reached("I2", 300)], 300, "Asia/Shanghai", ({ id }) => id, palettes.dark);
    const [series] = option.series as { data: { itemStyle: { color: string } }[]; markLine: { data: object[] } }[];
    expect(series!.data.map(({ itemStyle }) => itemStyle.color)).toEqual([palettes.dark.pace.past, palettes.dark.pace.met]);
    expect(series!.markLine.data).toEqual([{ yAxis: 300 }]);
  });
});
