// The look of the HTML report: light and dark, no font and no picture from elsewhere.

export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #fbfbfc; --card: #ffffff; --ink: #1c2128; --soft: #5b6470; --line: #dfe3e8; --code: #f3f5f7;
  --good: #13703a; --bad: #b3261e; --idle: #5b6470; --call: #7a4b00; --link: #1f5fbf; --lit: #2f9e5b; --unlit: #a9b1bb; --part: #c98a1b;
  --good-back: #e4f4ea; --bad-back: #fdeceb; --idle-back: #eceff2; --call-back: #fdf1dc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15181c; --card: #1c2026; --ink: #e4e8ed; --soft: #9aa4b0; --line: #323841; --code: #14171b;
    --good: #6fd197; --bad: #ff8f86; --idle: #9aa4b0; --call: #f0bd6a; --link: #84b4ff; --lit: #4fb87c; --unlit: #5f6873; --part: #d9a441;
    --good-back: #163524; --bad-back: #43201e; --idle-back: #2a3038; --call-back: #3b2d14;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 72rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
h1 { margin: 0; font-size: 1.5rem; display: flex; gap: .75rem; align-items: center; flex-wrap: wrap; }
h2 { margin: 2rem 0 .5rem; font-size: 1rem; overflow-wrap: anywhere; }
h3 { margin: 1rem 0 .25rem; font-size: .85rem; color: var(--soft); font-weight: 600; }
a { color: var(--link); }
code, pre, time { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: .86em; }
pre {
  margin: .25rem 0; padding: .6rem .75rem; background: var(--code); border: 1px solid var(--line); border-radius: 6px;
  overflow: auto; max-height: 26rem; white-space: pre-wrap; overflow-wrap: anywhere;
}
.badge { padding: .05rem .6rem; border-radius: 99px; font-size: .8rem; font-weight: 600; white-space: nowrap; }
.passed > summary .mark, .dot.passed { color: var(--good); }
.failed > summary .mark, .dot.failed { color: var(--bad); }
.skipped > summary .mark, .dot.skipped { color: var(--idle); }
.badge.passed { background: var(--good-back); color: var(--good); }
.badge.failed { background: var(--bad-back); color: var(--bad); }
.badge.skipped { background: var(--idle-back); color: var(--idle); }
.badge.call { background: var(--call-back); color: var(--call); }
.facts { margin: .75rem 0 0; display: flex; flex-wrap: wrap; gap: .15rem 1.5rem; color: var(--soft); font-size: .9rem; }
.facts div { display: flex; gap: .4rem; min-width: 0; }
.facts dt { margin: 0; }
.facts dd { margin: 0; color: var(--ink); overflow-wrap: anywhere; min-width: 0; }
fieldset { border: 0; margin: 1rem 0 0; padding: 0; display: flex; gap: 1rem; flex-wrap: wrap; color: var(--soft); }
legend { float: left; margin-right: 1rem; padding: 0; }
label { cursor: pointer; }
body:has(#only-failed:checked) .case:not(.failed) { display: none; }
body:has(#only-failed:checked) .file:not(:has(.failed)) { display: none; }
.case { margin: .4rem 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.case.failed { border-left: 4px solid var(--bad); }
summary { cursor: pointer; display: flex; gap: .6rem; align-items: baseline; padding: .5rem .75rem; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::before { content: "\\25B8"; color: var(--soft); flex: none; width: .8rem; }
details[open] > summary::before { content: "\\25BE"; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; border-radius: 6px; }
.mark { font-weight: 700; flex: none; }
.name { font-weight: 600; overflow-wrap: anywhere; flex: none; max-width: 60%; }
.failed-cases { margin: 1rem 0 0; padding-left: 1.2rem; overflow-wrap: anywhere; }
.about { color: var(--soft); overflow-wrap: anywhere; min-width: 0; }
.end { margin-left: auto; color: var(--soft); white-space: nowrap; font-size: .85rem; padding-left: .5rem; }
.findings { padding-left: 1.2rem; overflow-wrap: anywhere; }
.totals { margin: .5rem 0 1rem; display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: .75rem; }
.totals > div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem .75rem; }
.totals dt { color: var(--soft); font-size: .85rem; }
.totals dd { margin: 0; color: var(--soft); font-size: .85rem; }
.totals b { font-size: 1.35rem; color: var(--ink); margin-right: .3rem; }
.totals .bar { display: block; width: auto; margin: .35rem 0 0; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .3rem .75rem .5rem; }
.map { border-collapse: collapse; width: 100%; font-size: .85rem; }
.map th { text-align: left; font-weight: 400; padding: .16rem .5rem .16rem 0; white-space: nowrap; }
.map thead th { color: var(--soft); font-size: .75rem; padding-top: .3rem; }
.map td { padding: .16rem 2px; }
.map .status { text-align: center; padding-inline: 2px; min-width: 1.9rem; }
.map .source th { padding-top: .8rem; font-weight: 600; }
.map tbody tr:not(.source):hover { background: var(--code); }
.cell { display: inline-block; width: 1.5rem; height: .95rem; border-radius: 3px; vertical-align: middle; }
.cell.lit { background: var(--lit); }
.cell.unlit { border: 1.5px dashed var(--unlit); }
.map .part, .map thead th:not(.status):not(:first-child) { padding-left: .75rem; white-space: nowrap; }
.part span:not(.bar) { color: var(--soft); font-variant-numeric: tabular-nums; }
.bar {
  display: inline-block; width: 5rem; height: .5rem; margin-right: .45rem; border-radius: 99px; overflow: hidden;
  background: var(--idle-back); vertical-align: middle;
}
.bar i { display: block; height: 100%; background: var(--part); }
.bar.full i { background: var(--lit); }
.key { color: var(--soft); font-size: .85rem; margin: .5rem 0; }
.key .cell { margin-left: .5rem; }
.missing ul { margin: 0; padding: 0 0 .5rem 2.2rem; font-size: .9rem; overflow-wrap: anywhere; }
.missing summary { padding: .3rem 0; }
.inside { padding: 0 .9rem .9rem; }
.reason { color: var(--bad); margin: .25rem 0; overflow-wrap: anywhere; }
.step { border-top: 1px solid var(--line); }
.step > summary { padding: .35rem 0; }
.step > .inside { padding: 0 0 .75rem 1.4rem; }
.depth { color: var(--soft); }
.failure { margin: .35rem 0 .6rem; padding: .5rem .75rem; background: var(--bad-back); border-radius: 6px; overflow-wrap: anywhere; }
.failure p { margin: 0; }
.failure .place { color: var(--soft); font-size: .85rem; }
.difference del { color: var(--bad); text-decoration: none; }
.difference ins { color: var(--good); text-decoration: none; }
.headers > summary { padding: .15rem 0; color: var(--soft); font-size: .85rem; }
.callback > summary { padding: .3rem 0 .3rem 1.4rem; }
.callback > .inside { padding-left: 2.8rem; }
.clock { margin: .5rem 0 .75rem; padding: 0; list-style: none; display: flex; flex-wrap: wrap; row-gap: .5rem; }
.clock li { border-top: 2px solid var(--line); padding: .3rem 1.1rem .1rem 0; position: relative; }
.clock li::before {
  content: ""; position: absolute; top: -5px; left: 0; width: 8px; height: 8px; border-radius: 50%; background: var(--soft);
}
.clock time { display: block; color: var(--soft); }
.clock .gap { color: var(--ink); font-weight: 600; }
.dots { display: flex; gap: .1rem .4rem; flex-wrap: wrap; max-width: 18rem; font-size: .85rem; }
.dots a { text-decoration: none; }
.dots a:hover { text-decoration: underline; }
.dot.callback { color: var(--call); }
@media print { .cell, .bar, .bar i { print-color-adjust: exact; } pre { max-height: none; } .case { break-inside: avoid; } }
@media (max-width: 40rem) { .map tbody th[scope=row] { white-space: normal; overflow-wrap: anywhere; min-width: 9rem; } summary { flex-wrap: wrap; } .name { max-width: 80%; } .end { margin-left: 1.4rem; padding-left: 0; } }
`
