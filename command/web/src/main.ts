/** The way in. Who is signed in and the picture of operations are asked for while the page's own script, which
 * is far larger, is still being read. */
import { startLanguage } from "./i18n";
import { somethingToShow } from "./opening";
import { paint } from "./palette";
import { resume } from "./session";
import { useHabits } from "./state/habits";
import "maplibre-gl/dist/maplibre-gl.css";
import "./console.css";

paint(useHabits.getState().theme);
startLanguage();
void resume();
void Promise.all([import("./page"), somethingToShow()]).then(([{ show }]) => show());
