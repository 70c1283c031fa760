/** What only the status page has. */
export const STATUS_STYLE = `
.skip{position:absolute;left:1rem;top:-4rem;background:var(--panel);padding:.5rem .8rem;border:1px solid var(--line);border-radius:8px;z-index:2}
.skip:focus{top:.6rem}
:focus-visible{outline:3px solid var(--link);outline-offset:3px;border-radius:3px}
main:focus{outline:none}
.gone{position:sticky;top:0;z-index:1;background:var(--fail-tint);border-bottom:2px solid var(--fail);padding:.7rem 1.25rem}
.gone p{max-width:55.5rem;margin:0 auto}
.gone .status{white-space:normal}
.stale .now h2::after{content:" (when last heard)";font-weight:400;color:var(--soft)}
.stale .work{filter:grayscale(1)}
.stale .work{border-style:dashed}
.ways{display:flex;flex-wrap:wrap;gap:.35rem 1.2rem;margin:0 0 1.4rem;padding:0;list-style:none;font-size:.92rem}
.ways a{display:inline-block;padding:.15rem 0}
.problems{margin:.8rem 0 0;padding:0;list-style:none}
.problems li{margin:.3rem 0}.problems .status{white-space:normal}
.work{border:1px solid var(--live);background:var(--live-tint);border-radius:14px;padding:1.1rem 1.35rem;margin:0 0 1rem}
.work header,.one header{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;gap:.1rem 1rem}
.work h3,.one h3{margin:0;font-size:1.1rem;font-weight:650}
.work .elapsed{margin:.35rem 0 0}
.work .figures{margin:.7rem 0 .5rem}
.work .figures dd{font-size:1.2rem}
.work progress{margin-top:.8rem}
progress{display:block;width:100%;height:.7rem;appearance:none;-webkit-appearance:none;border:1px solid var(--live);border-radius:6px;background:var(--panel);overflow:hidden}
progress::-webkit-progress-bar{background:var(--panel)}
progress::-webkit-progress-value{background:var(--live)}
progress::-moz-progress-bar{background:var(--live)}
progress:indeterminate{background:repeating-linear-gradient(135deg,var(--live-tint) 0 8px,var(--bar) 8px 16px)}
progress:indeterminate::-webkit-progress-bar{background:none}
.ones{margin:0;padding:0;list-style:none}
.one{display:grid;grid-template-columns:minmax(0,1fr) 11rem;gap:.1rem 1.5rem;border-top:1px solid var(--line);padding:1rem 0}
.one>*{min-width:0;grid-column:1}
.one p{margin:.1rem 0}
.one .spark{grid-column:2;grid-row:1/span 2;align-self:center}
.one>details{grid-column:1/-1;margin-top:.5rem}
.one summary,.more summary{padding:.15rem 0}
.one details table{margin-top:.5rem}
.spark svg{display:block;width:100%;height:auto;overflow:visible}
.spark .trend{stroke-width:1.5}
.spark .miss{stroke:var(--none);stroke-width:1.6;fill:none}
.spark .dot{stroke-width:1.2}
tbody th{font:inherit;color:inherit;white-space:normal;padding:.55rem .75rem .55rem 0;border-bottom:1px solid var(--grid);vertical-align:top}
.compact tbody th{padding-top:.4rem;padding-bottom:.4rem}
.lists{table-layout:fixed}
.lists .held>*{border-bottom:0;padding-bottom:0}
.lists .why td{padding-top:.1rem;font-size:.88rem}
.queue th:nth-child(1){width:2.6rem}.queue th:nth-child(2){width:50%}
.queue .number{padding-right:1rem}
.slots th:nth-child(1){width:36%}.slots th:nth-child(2){width:40%}
.runs th:nth-child(1){width:52%}.runs th:nth-child(3),.runs th:nth-child(4){width:6rem}
.skipped th:nth-child(1){width:26%}.skipped th:nth-child(2){width:36%}
.parts th:nth-child(1){width:24%}.parts th:nth-child(2){width:17%}
caption{text-align:left}
@media (max-width:640px){
.gone{padding:.7rem 1rem}
.work{padding:.9rem 1rem}
.one{grid-template-columns:minmax(0,1fr)}
.one .spark{grid-column:1;grid-row:auto;max-width:16rem;margin:.4rem 0}
.lists .status{white-space:normal}
.lists .number{font-size:.85rem}
.lists .soft{font-size:.88rem}
.queue th:nth-child(1){width:1.9rem}.queue .number{padding-right:.5rem}
.runs th:nth-child(1){width:35%}.runs th:nth-child(3){width:17%}.runs th:nth-child(4){width:20%}
.slots th:nth-child(1){width:30%}.slots th:nth-child(2){width:37%}
.parts th:nth-child(2){width:27%}
.one details .compact td{padding-top:.3rem;padding-bottom:.3rem}
tbody th{padding-right:.5rem;font-size:.94rem}
}
@media (forced-colors:active){progress{appearance:auto}.dot{forced-color-adjust:none}}
@media (prefers-reduced-motion:no-preference){progress::-webkit-progress-value{transition:width .3s}}
`;
