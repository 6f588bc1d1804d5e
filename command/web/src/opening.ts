/** How the page opens: at once as a whole, with the map drawn in it. Each half of a page that the browser has to
 * compose before holds up the map, which waits for the same graphics; and nothing jumps. Nobody waits long for it. */
import { create } from "zustand";
import { useConsole } from "./state/store";

const PICTURE_WITHIN_MS = 1500;
const MAP_WITHIN_MS = 2000; // from when the picture is there

export const useOpening = create<{ opened: boolean }>()(() => ({ opened: false }));

export function open(): void {
  useOpening.setState({ opened: true });
}

/** Until there is something to show: the picture of operations, or the door. */
export async function somethingToShow(): Promise<void> {
  let forget = () => {};
  await new Promise<void>((resolve) => {
    setTimeout(resolve, PICTURE_WITHIN_MS);
    forget = useConsole.subscribe(({ session, district }) => {
      const mayLook = session === undefined || session?.rights.includes("look");
      if (!mayLook || district !== null) resolve();
    });
  });
  forget();
  if (location.pathname !== "/" || useConsole.getState().district === null) open();
  else setTimeout(open, MAP_WITHIN_MS);
}
