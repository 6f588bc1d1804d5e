/** The server did not do it; the message is its own sentence, or empty where `code` says it all. */
export class Refused extends Error {
  readonly code: string;

  constructor(code: string, reason: string) {
    super(reason);
    this.name = "Refused";
    this.code = code;
  }
}
