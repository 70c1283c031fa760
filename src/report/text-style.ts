/** What only pages of running text have. */
export const TEXT_STYLE = `
.text{max-width:46rem}
.text h2{margin:2rem 0 .6rem}
.text ul,.text ol{padding-left:1.4rem}.text li{margin:.35rem 0}
.text code{background:var(--grid);border-radius:4px;padding:.1em .3em}
.text pre{background:var(--grid);border-radius:8px;padding:.9rem 1rem;overflow:auto}.text pre code{background:none;padding:0}
.text table{margin:1rem 0}
`;
