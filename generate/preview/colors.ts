/** Grafana's names of colours in its dark theme, and the order in which it gives them to series. */
const NAMED: Readonly<Record<string, string>> = {
  green: "#73bf69",
  yellow: "#fade2a",
  red: "#f2495c",
  orange: "#ff9830",
  "dark-orange": "#fa6400",
  blue: "#5794f2",
  text: "#ccccdc",
};

/** palette-classic. */
const PALETTE = [
  ...["#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#705da0", "#37872d", "#fade2a"],
  ...["#447ebc", "#c15c17", "#890f02", "#0a437c", "#6d1f62", "#584477", "#b7dbab", "#f4d598", "#70dbed", "#f9ba8f"],
] as const;

export function colorOf(name: string): string {
  return NAMED[name] ?? name;
}

export function paletteColor(index: number): string {
  return PALETTE[index % PALETTE.length] ?? PALETTE[0];
}
