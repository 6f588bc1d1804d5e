/** The tones of alarms, made here: two notes that call, one that tells. */

const CALL_HZ = [880, 660] as const;
const TELL_HZ = [660] as const;
const NOTE_S = 0.22;
const FADE_S = 0.02;
const LOUDNESS = 0.25;

let context: AudioContext | null = null;

/** Browsers let a page sound only once its user has touched it: signing in is enough. */
export function sound(urgency: "calls" | "tells"): void {
  if (typeof AudioContext === "undefined") return;
  context ??= new AudioContext();
  void context.resume();
  const start_s = context.currentTime;
  (urgency === "calls" ? CALL_HZ : TELL_HZ).forEach((hertz, index) => note(context!, hertz, start_s + index * NOTE_S));
}

function note(audio: AudioContext, hertz: number, at_s: number): void {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(0, at_s);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at_s + FADE_S);
  volume.gain.setValueAtTime(LOUDNESS, at_s + NOTE_S - FADE_S);
  volume.gain.linearRampToValueAtTime(0, at_s + NOTE_S);
  tone.connect(volume).connect(audio.destination);
  tone.start(at_s);
  tone.stop(at_s + NOTE_S);
}
