/** What people see to at an incident: its plans, what is ticked, whose tasks are whose. Pure. */
import type { DistrictView, IncidentView, ResponsePlanView, TaskView } from "../contract";
import { isLeading, type Person } from "../session";

export type Move = "take" | "done" | "withdraw";

/** The plans of an incident, in the district's order; one that is configured no more is left out. */
export function plansOf(incident: IncidentView, district: DistrictView | null): ResponsePlanView[] {
  return district?.plans.filter((plan) => incident.plans.includes(plan.id)) ?? [];
}

/** How many items of its checklists are ticked, and how many there are. */
export function progressOf(incident: IncidentView, plans: readonly ResponsePlanView[]): { done: number; all: number } {
  const items = plans.flatMap((plan) => plan.checklist.map((each) => each.id));
  const ticked = new Set(incident.ticks.map((each) => each.item));
  return { done: items.filter((each) => ticked.has(each)).length, all: items.length };
}

export function isOpen({ state }: TaskView): boolean {
  return state === "given" || state === "taken";
}

/** When it was to be done, and is not. */
export function isOverdue(task: TaskView, nowMs: number): boolean {
  return isOpen(task) && task.due_at !== null && Date.parse(task.due_at) < nowMs;
}

/** Open tasks to a person, those due first before all others. */
export function tasksTo(incidents: Record<string, IncidentView>, me: string | undefined): TaskView[] {
  const due = (task: TaskView) => (task.due_at === null ? Infinity : Date.parse(task.due_at));
  return Object.values(incidents)
    .flatMap((incident) => incident.tasks.filter((task) => isOpen(task) && !task.outside && task.to === me))
    .sort((a, b) => due(a) - due(b) || (a.id < b.id ? -1 : 1));
}

/** What of a task is offered to this person; the server has the last word. */
export function movesFor(task: TaskView, person: Person): Move[] {
  if (!isOpen(task)) return [];
  const { name } = person;
  const leads = isLeading(person);
  const moves: Move[] = [];
  if (leads || task.outside || task.to === name) moves.push(...(task.state === "given" ? (["take", "done"] as const) : (["done"] as const)));
  if (leads || task.by === name) moves.push("withdraw");
  return moves;
}
