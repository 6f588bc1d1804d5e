/** Map images, drawn here so that no sprite has to be served. Twice the pixels, for sharp edges. */
import type { Map as MapLibre } from "maplibre-gl";
import { levelText } from "../format";
import { levels, type Palette } from "../palette";

const RATIO = 2;

const LETTER = "#0b1017"; // on the levels' bright colours

type Ground = Palette["ground"];
type Draw = (context: CanvasRenderingContext2D, size: number) => void;

function image(size: number, draw: Draw): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * RATIO;
  const context = canvas.getContext("2d", { willReadFrequently: true }); // drawn where it is read
  if (context === null) throw new Error("this browser has no canvas");
  context.scale(RATIO, RATIO);
  draw(context, size);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

const dock =
  (colour: string, hollow: boolean, ground: Ground): Draw =>
  (context, size) => {
    context.beginPath();
    context.roundRect(2, 2, size - 4, size - 4, 3);
    context.fillStyle = hollow ? ground.page : colour;
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = hollow ? colour : ground.page;
    context.stroke();
    context.beginPath();
    context.arc(size / 2, size / 2, 2.2, 0, 2 * Math.PI);
    context.fillStyle = hollow ? colour : ground.page;
    context.fill();
  };

const faulty =
  (colour: string, ground: Ground): Draw =>
  (context, size) => {
    dock(colour, false, ground)(context, size);
    context.clearRect(6, 6, size - 12, size - 12);
    context.fillStyle = colour;
    context.fillRect(6, 6, size - 12, size - 12);
    context.strokeStyle = ground.page;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(6, 6);
    context.lineTo(size - 6, size - 6);
    context.moveTo(size - 6, 6);
    context.lineTo(6, size - 6);
    context.stroke();
  };

const drone =
  (colour: string, ground: Ground): Draw =>
  (context, size) => {
    const middle = size / 2;
    context.beginPath();
    context.moveTo(middle, 2);
    context.lineTo(size - 4, size - 3);
    context.lineTo(middle, size - 8);
    context.lineTo(4, size - 3);
    context.closePath();
    context.fillStyle = colour;
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = ground.page;
    context.stroke();
  };

const incident =
  (level: number, chosen: boolean, { ground, map }: Palette): Draw =>
  (context, size) => {
    const middle = size / 2;
    const reach = middle - 5;
    const diamond = (r: number) => {
      context.beginPath();
      context.moveTo(middle, middle - r);
      context.lineTo(middle + r, middle);
      context.lineTo(middle, middle + r);
      context.lineTo(middle - r, middle);
      context.closePath();
    };
    if (chosen) {
      diamond(reach + 4);
      context.lineWidth = 2;
      context.strokeStyle = map.chosen;
      context.stroke();
    }
    diamond(reach);
    context.fillStyle = levels[level] ?? map.chosen;
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = ground.page;
    context.stroke();
    context.fillStyle = LETTER;
    context.font = "700 10px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(levelText(level), middle, middle + 0.5);
  };

const draft =
  (colour: string): Draw =>
  (context, size) => {
    const middle = size / 2;
    context.lineWidth = 2;
    context.strokeStyle = colour;
    context.beginPath();
    context.arc(middle, middle, 8, 0, 2 * Math.PI);
    for (const [x, y] of [[0, -1], [0, 1], [-1, 0], [1, 0]] as const) {
      context.moveTo(middle + x * 5, middle + y * 5);
      context.lineTo(middle + x * 14, middle + y * 14);
    }
    context.stroke();
  };

const hatch =
  (colour: string): Draw =>
  (context, size) => {
    context.strokeStyle = colour;
    context.globalAlpha = 0.75;
    context.lineWidth = 1.2;
    context.beginPath();
    for (const shift of [-size, 0, size]) {
      context.moveTo(shift, size);
      context.lineTo(shift + size, 0);
    }
    context.stroke();
  };

/** Images by the names that features carry: dock-STANDING, drone-STANDING, incident-LEVEL[-chosen]. */
export function addImages(map: MapLibre, palette: Palette): void {
  const { ground, standing } = palette;
  const add = (name: string, size: number, draw: Draw) =>
    map.addImage(name, image(size, draw), { pixelRatio: RATIO });
  for (const [name, colour] of Object.entries(standing)) {
    const hollow = name === "offline" || name === "not_ready" || name === "flying";
    add(`dock-${name}`, 16, name === "fault" ? faulty(colour, ground) : dock(colour, hollow, ground));
    add(`drone-${name}`, 26, drone(colour, ground));
  }
  for (const level of [1, 2, 3, 4]) {
    add(`incident-${level}`, 32, incident(level, false, palette));
    add(`incident-${level}-chosen`, 32, incident(level, true, palette));
  }
  add("draft", 32, draft(palette.map.chosen));
  add("hatch", 8, hatch(palette.map.noFly));
}
