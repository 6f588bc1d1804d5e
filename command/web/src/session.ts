/** Who is signed in at this browser, and the REST calls about people. */
import { newKey } from "./key";
import { connect, disconnect } from "./link";
import { Refused } from "./refused";
import { useSound } from "./state/habits";
import { usualLayers } from "./state/layers";
import { useConsole } from "./state/store";
import { connectVideo, disconnectVideo } from "./video/link";

export type Role = "viewer" | "judge" | "duty_officer" | "commander" | "administrator";
export type Right = "look" | "act" | "audit" | "people";
export const ROLES: Role[] = ["viewer", "judge", "duty_officer", "commander", "administrator"];

export interface Person {
  name: string;
  shown: string;
  role: Role;
  subdistricts: string[];
  disabled: boolean;
  must_change: boolean;
}

export interface Session {
  person: Person;
  rights: Right[];
  csrf: string;
}

export interface AuditEntry {
  seq: number;
  at: string;
  who: string;
  role: string;
  address: string;
  act: string;
  subject: string;
  outcome: "done" | "refused";
  detail: string;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One call to REST; what the server refuses is thrown in its own words. */
export async function rest<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = {};
  if (method !== "GET") headers["X-CSRF-Token"] = useConsole.getState().session?.csrf ?? "";
  if (method === "POST") headers["Idempotency-Key"] = newKey();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer: Response;
  try {
    answer = await fetch(`/api/v1${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  } catch {
    throw new Refused("disconnected", "");
  }
  if (answer.status === 204) return undefined as T;
  const told = (await answer.json()) as T & { code?: string; detail?: string };
  if (!answer.ok) throw new Refused(told.code ?? "internal", told.detail ?? "");
  return told;
}

/** Goes on with the session that this browser still has. */
export async function resume(): Promise<void> {
  try {
    begin(await rest<Session>("GET", "/session"));
  } catch (refusal) {
    if (refusal instanceof Refused && refusal.code === "unauthorized") end();
    else setTimeout(() => void resume(), 2000); // the console is starting, or gone for a moment
  }
}

export async function signIn(name: string, password: string): Promise<void> {
  begin(await rest<Session>("POST", "/session", { name, password }));
}

export async function signOut(): Promise<void> {
  await rest("DELETE", "/session");
  end();
}

export async function setPassword(old: string, fresh: string): Promise<void> {
  await rest("PUT", "/session/password", { old, new: fresh });
  begin(await rest<Session>("GET", "/session"));
}

function begin(session: Session): void {
  if (useConsole.getState().session?.person.name !== session.person.name) asUsual();
  useConsole.setState({ session });
  if (!session.rights.includes("look")) return;
  connect(() => void resume());
  connectVideo();
}

/** What one officer silenced or hid is as usual for the next. */
function asUsual(): void {
  useSound.setState({ muted: false });
  usualLayers();
}

function end(): void {
  asUsual();
  disconnectVideo();
  disconnect();
  useConsole.setState({ session: null });
}

/** Who may step in where something is another's. */
export function isLeading(person: Person | undefined): boolean {
  return person?.role === "commander" || person?.role === "administrator";
}

export function useMay(right: Right): boolean {
  return useConsole((state) => state.session?.rights.includes(right) ?? false);
}
