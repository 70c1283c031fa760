/** The one stylesheet of all pages. Colours: blue for measurements, and signs that differ in shape and lightness too. */
import { STATUS_STYLE } from "./status-style.ts";
import { TEXT_STYLE } from "./text-style.ts";

export const COLOURS = {
  light: {
    page: "#fcfcfb",
    panel: "#ffffff",
    ink: "#1a1f26",
    soft: "#57606b",
    line: "#dfe3e7",
    grid: "#eaedf0",
    pass: "#0a6b51",
    "pass-tint": "#e8f5f0",
    warning: "#8a5000",
    "warning-tint": "#fdf3e1",
    fail: "#b3203c",
    "fail-tint": "#fdecee",
    none: "#505a66",
    "none-tint": "#f0f2f4",
    live: "#0b5cad",
    "live-tint": "#eaf2fa",
    link: "#0b5cad",
    bar: "#7fb2dc",
    band: "#cfe2f2",
    p50: "#3577ab",
    p95: "#0b5cad",
    p99: "#082f5c",
    limit: "#a8440a",
    shade: "#eef0f2",
  },
  dark: {
    page: "#12161b",
    panel: "#181d24",
    ink: "#e8ebee",
    soft: "#a3adb8",
    line: "#2f3741",
    grid: "#242b33",
    pass: "#5fd3ae",
    "pass-tint": "#132c26",
    warning: "#f2b755",
    "warning-tint": "#302411",
    fail: "#ff8c9c",
    "fail-tint": "#361a20",
    none: "#b3bdc8",
    "none-tint": "#20262e",
    live: "#7dbcf5",
    "live-tint": "#16263a",
    link: "#7dbcf5",
    bar: "#3d7cb0",
    band: "#23415a",
    p50: "#4e8fc2",
    p95: "#7dbcf5",
    p99: "#d3e9fc",
    limit: "#f59a5f",
    shade: "#1c222a",
  },
} as const;

function variables(colours: Readonly<Record<string, string>>): string {
  return Object.entries(colours)
    .map(([name, value]) => `--${name}:${value}`)
    .join(";");
}

const BASE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main,footer{max-width:58rem;margin:0 auto;padding:0 1.25rem}
a{color:var(--link);text-underline-offset:.15em}
h1{font-size:clamp(1.6rem,1.2rem + 2vw,2.3rem);line-height:1.15;letter-spacing:-.02em;margin:0;font-weight:650}
h2{font-size:1.15rem;letter-spacing:-.005em;margin:0 0 .9rem;font-weight:650}
p{margin:.4rem 0}
section{margin:3.2rem 0 0}
.soft,figcaption,.why td,dt{color:var(--soft)}
.brand{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.2rem 1rem;color:var(--soft);font-size:.88rem;padding:1.6rem 0 1.1rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
footer{color:var(--soft);font-size:.85rem;margin-top:4rem;padding-top:1.2rem;padding-bottom:3rem}
footer p{border-top:1px solid var(--line);padding-top:1.2rem}
`;

const VERDICT = `
.verdict{border-radius:14px;padding:1.6rem 1.75rem;border:1px solid var(--line)}
.verdict .word{display:flex;align-items:center;gap:.6rem;font-weight:650;font-size:1.15rem;margin:0 0 .5rem}
.verdict .word svg{width:1.75rem;height:1.75rem}
.verdict .sentence{font-size:1.08rem;margin:.7rem 0 0;max-width:46rem}
.verdict .meaning{margin:.2rem 0 0;color:var(--soft)}
.pass{--tone:var(--pass);--tint:var(--pass-tint)}.warning{--tone:var(--warning);--tint:var(--warning-tint)}
.fail{--tone:var(--fail);--tint:var(--fail-tint)}.none{--tone:var(--none);--tint:var(--none-tint)}
.live{--tone:var(--live);--tint:var(--live-tint)}
.verdict.pass,.verdict.warning,.verdict.fail,.verdict.none,.verdict.live{background:var(--tint);border-color:var(--tone)}
.word,.status{color:var(--tone)}
.sign{flex:none;width:1.15em;height:1.15em;vertical-align:-.22em;fill:var(--tone)}
.sign .in{fill:none;stroke:var(--tint);stroke-width:2.4;stroke-linecap:round;stroke-linejoin:round}
.status{white-space:nowrap;font-weight:600}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(15rem,100%),1fr));gap:1rem 1.5rem;margin:1.6rem 0 0}
.facts dt{font-size:.82rem}.facts dd{margin:0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:1.2rem 1rem;margin:0}
.figures dt{font-size:.82rem}.figures dd{margin:0;font-size:1.45rem;font-weight:600;letter-spacing:-.015em;line-height:1.25}
`;

const TABLES = `
table{border-collapse:collapse;width:100%}
th{text-align:left;white-space:nowrap;font-weight:500;font-size:.82rem;color:var(--soft);padding:0 .75rem .45rem 0;border-bottom:1px solid var(--line)}
td{padding:.55rem .75rem .55rem 0;vertical-align:top;border-bottom:1px solid var(--grid)}
th:last-child,td:last-child{padding-right:0}
.number{text-align:right;white-space:nowrap}.result{white-space:nowrap}
.targets td{border:0;padding-bottom:0}
.targets tbody td{padding-top:.8rem}
.targets .why td{padding-top:.1rem;padding-bottom:.8rem;font-size:.88rem;border-bottom:1px solid var(--grid)}
.targets .metric{font-weight:600}
.compact td{padding-top:.4rem;padding-bottom:.4rem}
dl.rows{display:grid;grid-template-columns:minmax(9rem,15rem) 1fr;gap:.55rem 1.5rem;margin:0}
dl.rows dd{margin:0}
code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
details summary{cursor:pointer;color:var(--link)}
`;

const PICTURES = `
.scroll{overflow-x:auto}.scroll table{min-width:34rem}.scroll~figure{margin-top:1.1rem}
figure{margin:0}figcaption{font-size:.85rem;margin-top:.5rem;max-width:50rem}
figure svg{display:block;width:100%;height:auto;overflow:visible}
.narrow{display:none}
svg text{font-size:12px;fill:var(--ink)}
svg .tick{fill:var(--soft);font-size:11.5px}
svg .panel{font-weight:600;font-size:12.5px}
svg .label{font-weight:600;paint-order:stroke;stroke:var(--page);stroke-width:4px;stroke-linejoin:round}
.grid{stroke:var(--grid)}.axis{stroke:var(--line)}.edge{stroke:var(--soft);stroke-dasharray:1 3}
.warmup{fill:var(--shade)}
.bar{fill:var(--bar)}.mark{stroke:var(--p95);stroke-width:1.5}
.limit{stroke:var(--limit);stroke-width:1.5;stroke-dasharray:6 4}
svg .mark-label{fill:var(--p95)}svg .limit-label{fill:var(--limit)}
.users{fill:var(--band);stroke:var(--p50);stroke-width:1}.band{fill:var(--band)}
.rate,.q,.trend{fill:none;stroke:var(--p95);stroke-width:1.75;stroke-linejoin:round}
.q.p50{stroke:var(--p50);stroke-width:1.4}.q.p99{stroke:var(--p99);stroke-width:1.2}.q.p95{stroke-width:2.2}
svg .p50-label{fill:var(--p50)}svg .p95-label{fill:var(--p95)}svg .p99-label{fill:var(--p99)}
.q.system.p50{stroke-dasharray:5 3}.q.system.p99{stroke-dasharray:2 3}
.errors{fill:var(--fail)}
.hit{fill:transparent}.hit:hover{fill:var(--ink);fill-opacity:.08}
.dot{fill:var(--tone);stroke:var(--page);stroke-width:1.5}.dot.none{fill:var(--page);stroke:var(--tone)}
.scenario{border-top:1px solid var(--line);padding-top:1.8rem}
.scenario header{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;gap:.2rem 1rem;margin-bottom:.3rem}
.scenario h2{margin:0;font-size:1.3rem}.scenario header .status{font-size:1.05rem}
.scenario figure,.scenario table{margin-top:1.1rem}
`;

const NARROW_PAGES = `
@media (max-width:640px){
main,footer{padding-left:1rem;padding-right:1rem}
.verdict{padding:1.2rem 1.1rem}
.wide{display:none}.narrow{display:block;max-width:34rem}
section{margin-top:2.4rem}
.figures{grid-template-columns:repeat(auto-fit,minmax(6.2rem,1fr))}
.figures dd{font-size:1.25rem}
dl.rows{grid-template-columns:1fr;gap:0}dl.rows dd{margin-bottom:.7rem}
td,th{padding-right:.5rem}td{font-size:.94rem}
.facts{grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr))}
.targets{table-layout:fixed}.targets td{font-size:.88rem}.targets .why td{font-size:.85rem}.targets .status{white-space:normal}
.targets th:nth-child(1){width:31%}.targets th:nth-child(2){width:23%}.targets th:nth-child(3){width:19%}
}`;

const PRINT = `
@page{margin:16mm}
@media print{
:root{color-scheme:light}
body{font-size:10.5pt;background:#fff}
main,footer{max-width:none;padding:0}
section{margin-top:1.8rem}
figure,tbody,tr,.verdict,.scenario{break-inside:avoid}
h2{break-after:avoid}
.wide{display:block}.narrow,.hit{display:none}
.verdict,.sign,svg *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
a{color:inherit;text-decoration:none}
}`;

export const STYLE = [
  `:root{color-scheme:light dark;${variables(COLOURS.light)}}`,
  `@media screen and (prefers-color-scheme:dark){:root{${variables(COLOURS.dark)}}}`,
  BASE,
  VERDICT,
  TABLES,
  PICTURES,
  STATUS_STYLE,
  TEXT_STYLE,
  NARROW_PAGES,
  PRINT,
].join("");
