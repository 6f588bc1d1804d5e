/** Ticking and tasks, in one place for buttons and keys alike. */
import { useEffect, useState } from "react";
import { newKey } from "./key";
import { ask } from "./link";
import { rest } from "./session";
import type { Move } from "./state/response";

export interface Colleague {
  name: string;
  shown: string;
  role: string;
  subdistricts: string[];
}

export interface NewTask {
  text: string;
  to: string;
  outside: boolean;
  within_min: number | null;
}

export async function tick(incident: string, item: string, done: boolean): Promise<void> {
  await ask("tick_item", { incident, item, done }, newKey());
}

/** With the same key it is given once. */
export async function giveTask(incident: string, task: NewTask, key: string): Promise<void> {
  await ask("give_task", { incident, ...task }, key);
}

export async function moveTask(incident: string, task: string, move: Move): Promise<void> {
  await ask("move_task", { incident, task, move }, newKey());
}

/** Those who act here; none until they are known. */
export function useColleagues(): Colleague[] {
  const [colleagues, setColleagues] = useState<Colleague[]>([]);
  useEffect(() => {
    let current = true;
    rest<{ colleagues: Colleague[] }>("GET", "/colleagues")
      .then((answer) => current && setColleagues(answer.colleagues))
      .catch(() => undefined); // names can be typed all the same
    return () => {
      current = false;
    };
  }, []);
  return colleagues;
}
